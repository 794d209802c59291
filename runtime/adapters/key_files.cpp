#include "runtime/adapters/key_files.hpp"

#include "runtime/adapters/posix_files.hpp"

#include <algorithm>

namespace ppn {

namespace {

constexpr std::size_t seed_octets = 32;

// Nobody draws it; an incomplete copy or a file system after a crash may hold it.
bool is_blank(bytes_view seed) {
  return std::all_of(seed.begin(), seed.end(), [](octet value) { return value == 0; });
}

// Answers whether the seed was made just now.
result<bool> load_or_create_seed(const unique_fd& folder, const std::string& path, const char* name,
                                 crypto::secret& seed, entropy& random) {
  status loaded = read_private_file(folder, name, seed.span());
  if (loaded) {
    if (is_blank(seed.view())) return fail(ec::integrity, path + "/" + name + " is blank");
    return false;
  }
  if (loaded.error().code != ec::not_found) return fail(loaded.error());
  random.fill(seed.span());
  if (status made = create_private_file(folder, name, seed.view()); !made)
    return fail(made.error());
  return true;
}

} // namespace

result<node_keys> load_or_create(const std::string& folder, entropy& random) {
  result<unique_fd> opened = open_private_folder(folder, folder_lock::exclusive);
  if (!opened) return fail(opened.error());
  node_keys keys{crypto::secret(seed_octets), crypto::secret(seed_octets),
                 crypto::secret(seed_octets)};
  auto identity =
      load_or_create_seed(*opened, folder, "identity.key", keys.identity_seed, random);
  if (!identity) return fail(identity.error());
  keys.created = *identity;
  auto log = load_or_create_seed(*opened, folder, "log.key", keys.log_seed, random);
  if (!log) return fail(log.error());
  auto witness = load_or_create_seed(*opened, folder, "witness.key", keys.witness_seed, random);
  if (!witness) return fail(witness.error());
  return keys;
}

} // namespace ppn
