#include "runtime/crypto/key_words.hpp"

#include "runtime/crypto/hash.hpp"

#include <algorithm>
#include <array>
#include <sodium.h>

namespace ppn::crypto {

namespace {

constexpr std::string_view list_text =
#include "runtime/crypto/word_list.inc"
  ;
constexpr std::size_t list_size = 2'048;
constexpr unsigned bits_per_word = 11;
constexpr std::size_t word_octets_max = 8;
constexpr std::size_t seed_size = 32;

using word_list = std::array<std::string_view, list_size>;

constexpr word_list cut_list() {
  word_list words{};
  std::size_t at = 0;
  for (std::string_view& word : words) {
    std::size_t end = list_text.find(' ', at);
    word = list_text.substr(at, end - at);
    at = end + 1;
  }
  return words;
}

const word_list& list() {
  static const word_list words = cut_list();
  return words;
}

// Bits [at, at + 11) of these octets, the highest first.
std::size_t word_at(bytes_view data, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t bit = at; bit < at + bits_per_word; ++bit)
    value = value << 1 | (data[bit / 8] >> (7 - bit % 8) & 1u);
  return value;
}

void put_word(std::span<octet> data, std::size_t at, std::size_t value) {
  for (unsigned i = 0; i < bits_per_word; ++i) {
    std::size_t bit = at + i;
    if ((value >> (bits_per_word - 1 - i) & 1u) != 0)
      data[bit / 8] = static_cast<octet>(data[bit / 8] | 0x80u >> bit % 8);
  }
}

bool is_space(octet c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

} // namespace

std::string fingerprint(const public_key& key) {
  const digest hash = sha256(key.view());
  std::string text;
  for (std::size_t i = 0; i < fingerprint_words; ++i) {
    if (i > 0) text += '-';
    text += list()[word_at(hash.view(), i * bits_per_word)];
  }
  return text;
}

secret words_of_seed(bytes_view seed) {
  std::array<octet, seed_size + 1> data{};
  wipe_guard wipe(data);
  std::copy_n(seed.begin(), seed_size, data.begin());
  data[seed_size] = sha256(seed.first(seed_size)).octets[0];
  secret text(recovery_words * (word_octets_max + 1));
  std::size_t size = 0;
  for (std::size_t i = 0; i < recovery_words; ++i) {
    if (i > 0) text.data()[size++] = ' ';
    std::string_view word = list()[word_at(data, i * bits_per_word)];
    std::copy(word.begin(), word.end(), text.data() + size);
    size += word.size();
  }
  return secret::take(text.span().first(size));
}

result<secret> seed_of_words(bytes_view text) {
  std::array<octet, seed_size + 1> data{};
  wipe_guard wipe(data);
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    std::array<char, word_octets_max> word{};
    wipe_guard wipe_word({reinterpret_cast<octet*>(word.data()), word.size()});
    std::size_t size = 0;
    for (; at < text.size() && !is_space(text[at]); ++at, ++size) {
      if (size >= word.size()) continue;
      const octet c = text[at];
      word[size] = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    if (++count > recovery_words) break;
    const std::string_view typed(word.data(), std::min(size, word.size()));
    auto found = std::lower_bound(list().begin(), list().end(), typed);
    if (size > word.size() || found == list().end() || *found != typed)
      return fail(ec::invalid, "word " + std::to_string(count) + " is not in the list of words");
    put_word(data, (count - 1) * bits_per_word, static_cast<std::size_t>(found - list().begin()));
  }
  if (count != recovery_words)
    return fail(ec::invalid, "a recovery sheet has " + std::to_string(recovery_words) + " words");
  if (sha256(bytes_view(data).first(seed_size)).octets[0] != data[seed_size])
    return fail(ec::invalid, "these words are no recovery sheet: one of them is wrong or misplaced");
  return secret::take(std::span(data).first(seed_size));
}

} // namespace ppn::crypto
