#include "runtime/adapters/admin_key_file.hpp"

#include "runtime/adapters/posix_files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr std::size_t seed_octets = crypto_sign_SEEDBYTES;
constexpr std::size_t salt_octets = crypto_pwhash_SALTBYTES;
constexpr std::size_t nonce_octets = crypto_secretbox_NONCEBYTES;
constexpr std::size_t sealed_octets = seed_octets + crypto_secretbox_MACBYTES;
constexpr std::size_t file_octets_max = 1024;
constexpr std::string_view first_line = "ppn-admin-key 1\n";
constexpr std::string_view unprotected = "unprotected\n";

// What Argon2id is told; a file that asks for more than these was not made by us.
struct hardness {
  std::uint64_t operations = crypto_pwhash_OPSLIMIT_MODERATE;
  std::uint64_t kibibytes = crypto_pwhash_MEMLIMIT_MODERATE / 1024;
};
constexpr hardness hardest{16, 1024 * 1024};
static_assert(crypto_pwhash_OPSLIMIT_MODERATE <= 16);

result<crypto::secret> key_of(const crypto::secret& passphrase, const hardness& how, bytes_view salt) {
  crypto::secret key(crypto_secretbox_KEYBYTES);
  int done = crypto_pwhash(key.data(), key.size(), reinterpret_cast<const char*>(passphrase.data()),
                           passphrase.size(), salt.data(), how.operations, how.kibibytes * 1024,
                           crypto_pwhash_ALG_ARGON2ID13);
  if (done != 0)
    return fail(ec::busy, "not enough memory to work on the passphrase: " +
                            std::to_string(how.kibibytes / 1024) + " MiB");
  return key;
}

// -- text ------------------------------------------------------------------------------------------

// Grows inside guarded memory: it may hold the seed.
class secret_text {
public:
  void add(std::string_view text) {
    std::copy(text.begin(), text.end(), buffer_.data() + size_);
    size_ += text.size();
  }
  void add_hex(bytes_view data) {
    sodium_bin2hex(reinterpret_cast<char*>(buffer_.data() + size_), 2 * data.size() + 1, data.data(),
                   data.size());
    size_ += 2 * data.size();
  }
  bytes_view view() const { return buffer_.view().first(size_); }

private:
  crypto::secret buffer_{file_octets_max};
  std::size_t size_ = 0;
};

// Takes the file apart; every answer is false when it is not exactly that.
class key_reader {
public:
  explicit key_reader(std::string_view text) : text_(text) {}

  bool word(std::string_view expected) {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }
  bool hex(std::span<octet> out) {
    std::size_t digits = 2 * out.size();
    if (text_.size() < digits) return false;
    std::size_t got = 0;
    if (sodium_hex2bin(out.data(), out.size(), text_.data(), digits, nullptr, &got, nullptr) != 0 ||
        got != out.size())
      return false;
    text_.remove_prefix(digits);
    return true;
  }
  bool number(std::uint64_t& out, std::uint64_t most) {
    auto [end, problem] = std::from_chars(text_.data(), text_.data() + text_.size(), out);
    if (problem != std::errc{} || out == 0 || out > most) return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }
  bool at_end() const { return text_.empty(); }

private:
  std::string_view text_;
};

// -- content ---------------------------------------------------------------------------------------

struct sealed_seed {
  hardness how;
  std::array<octet, salt_octets> salt{};
  std::array<octet, nonce_octets> nonce{};
  std::array<octet, sealed_octets> box{};
};

struct key_file {
  crypto::public_key key;
  crypto::secret seed{seed_octets}; // when it is unprotected
  std::optional<sealed_seed> sealed;
};

bool read_sealed(key_reader& from, sealed_seed& to) {
  return from.word("argon2id ") && from.number(to.how.operations, hardest.operations) &&
         from.word(" ") && from.number(to.how.kibibytes, hardest.kibibytes) && from.word(" ") &&
         from.hex(to.salt) && from.word("\nsealed ") && from.hex(to.nonce) && from.word(" ") &&
         from.hex(to.box);
}

std::optional<key_file> parse(std::string_view text) {
  key_reader from(text);
  key_file to;
  if (!from.word(first_line) || !from.word("public ") || !from.hex(to.key.octets) || !from.word("\n"))
    return std::nullopt;
  bool good = from.word(unprotected) ? from.word("seed ") && from.hex(to.seed.span())
                                     : read_sealed(from, to.sealed.emplace());
  if (!good || !from.word("\n") || !from.at_end()) return std::nullopt;
  return to;
}

result<secret_text> protected_text(const crypto::secret& seed, const crypto::secret& passphrase,
                                   entropy& random) {
  sealed_seed made;
  random.fill(made.salt);
  random.fill(made.nonce);
  auto key = key_of(passphrase, made.how, made.salt);
  if (!key) return fail(key.error());
  crypto_secretbox_easy(made.box.data(), seed.data(), seed.size(), made.nonce.data(), key->data());
  secret_text text;
  text.add("argon2id " + std::to_string(made.how.operations) + " " +
           std::to_string(made.how.kibibytes) + " ");
  text.add_hex(made.salt);
  text.add("\nsealed ");
  text.add_hex(made.nonce);
  text.add(" ");
  text.add_hex(made.box);
  text.add("\n");
  return text;
}

result<crypto::secret> open_seed(const sealed_seed& sealed, const passphrase_source& ask) {
  auto passphrase = ask();
  if (!passphrase) return fail(passphrase.error());
  auto key = key_of(*passphrase, sealed.how, sealed.salt);
  if (!key) return fail(key.error());
  crypto::secret seed(seed_octets);
  if (crypto_secretbox_open_easy(seed.data(), sealed.box.data(), sealed.box.size(),
                                 sealed.nonce.data(), key->data()) != 0)
    return fail(ec::unauthentic, "the passphrase is wrong, or the sealed key was changed");
  return seed;
}

// -- file ------------------------------------------------------------------------------------------

status check_private(int fd, const std::string& path) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0) return fail(errno_error(path));
  if (!S_ISREG(facts.st_mode)) return fail(ec::integrity, path + " is no plain file");
  if (facts.st_uid != geteuid()) return fail(ec::permission, path + " belongs to another user");
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(ec::permission, path + " is open to other users: chmod 600 it, if nobody read it yet");
  return {};
}

result<crypto::secret> read_private_text(const std::string& path) {
  unique_fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return fail(errno_error("cannot open " + path));
  if (status checked = check_private(file.get(), path); !checked) return fail(checked.error());
  crypto::secret text(file_octets_max);
  std::size_t done = 0;
  while (done < text.size()) {
    ssize_t got = read(file.get(), text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error("cannot read " + path));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return crypto::secret::take(text.span().first(done));
}

} // namespace

result<crypto::public_key> create_admin_key(const std::string& path,
                                            const crypto::secret* passphrase, entropy& random) {
  crypto::secret seed(seed_octets);
  random.fill(seed.span());
  return store_admin_key(path, seed, passphrase, random);
}

result<crypto::public_key> public_admin_key(const std::string& path) {
  auto text = read_private_text(path);
  if (!text) return fail(text.error());
  auto file = parse(text_of(text->view()));
  if (!file) return fail(ec::integrity, path + " is no administrator's key, or is cut off");
  return file->key;
}

result<crypto::public_key> store_admin_key(const std::string& path, const crypto::secret& seed,
                                           const crypto::secret* passphrase, entropy& random) {
  if (seed.size() != seed_octets) return fail(ec::invalid, "a key's seed has 32 octets");
  std::size_t slash = path.rfind('/');
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name.empty()) return fail(ec::invalid, "a key needs the name of a file");
  std::string where = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  unique_fd folder(open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail(errno_error("cannot open the folder of " + path));
  crypto::public_key key = crypto::signing_key::from_seed(seed.view()).public_part();
  secret_text text;
  text.add(first_line);
  text.add("public ");
  text.add_hex(key.view());
  text.add("\n");
  if (passphrase != nullptr) {
    auto rest = protected_text(seed, *passphrase, random);
    if (!rest) return fail(rest.error());
    text.add(text_of(rest->view()));
  } else {
    text.add(unprotected);
    text.add("seed ");
    text.add_hex(seed.view());
    text.add("\n");
  }
  status made = create_private_file(folder, name, text.view());
  if (!made) return fail(made.error());
  return key;
}

result<crypto::signing_key> load_admin_key(const std::string& path, const passphrase_source& ask) {
  auto text = read_private_text(path);
  if (!text) return fail(text.error());
  auto file = parse(text_of(text->view()));
  if (!file) return fail(ec::integrity, path + " is no administrator's key, or is cut off");
  if (file->sealed) {
    auto seed = open_seed(*file->sealed, ask);
    if (!seed) return fail(seed.error().code, path + ": " + seed.error().text);
    file->seed = std::move(*seed);
  }
  auto key = crypto::signing_key::from_seed(file->seed.view());
  if (key.public_part() != file->key)
    return fail(ec::integrity, path + ": the secret key is not that of the public key");
  return key;
}

} // namespace ppn
