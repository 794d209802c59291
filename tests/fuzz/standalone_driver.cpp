// Drives a fuzz entry point without libFuzzer: every file of the corpus folders, then seeded mutations
// of them. Usage: TARGET RUNS FOLDER...   The same input sequence on every machine.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using input = std::vector<std::uint8_t>;

class splitmix {
public:
  explicit splitmix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : next() % bound; }

private:
  std::uint64_t state_;
};

std::vector<input> load(int argc, char** argv) {
  std::vector<std::filesystem::path> paths;
  for (int i = 2; i < argc; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<input> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

void mutate(input& data, splitmix& random) {
  for (std::size_t edits = 1 + random.below(4); edits > 0; --edits) {
    switch (random.below(5)) {
    case 0:
      if (!data.empty()) data[random.below(data.size())] ^= 1u << random.below(8);
      break;
    case 1:
      if (!data.empty()) data[random.below(data.size())] = static_cast<std::uint8_t>(random.next());
      break;
    case 2:
      data.resize(random.below(data.size() + 1));
      break;
    case 3:
      data.insert(data.begin() + static_cast<std::ptrdiff_t>(random.below(data.size() + 1)),
                  static_cast<std::uint8_t>(random.next()));
      break;
    default:
      for (std::size_t n = random.below(16); n > 0; --n)
        data.push_back(static_cast<std::uint8_t>(random.next()));
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s RUNS CORPUS_FOLDER...\n", argv[0]);
    return 2;
  }
  std::vector<input> corpus = load(argc, argv);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: the corpus is empty\n", argv[0]);
    return 1;
  }
  for (const input& data : corpus) LLVMFuzzerTestOneInput(data.data(), data.size());
  splitmix random(1);
  unsigned long runs = std::strtoul(argv[1], nullptr, 10);
  for (unsigned long run = 0; run < runs; ++run) {
    input data = corpus[random.below(corpus.size())];
    mutate(data, random);
    LLVMFuzzerTestOneInput(data.data(), data.size());
  }
  std::printf("%s: %zu corpus files and %lu mutations, no finding\n", argv[0], corpus.size(), runs);
}
