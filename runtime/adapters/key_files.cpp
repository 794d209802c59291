#include "runtime/adapters/key_files.hpp"

#include "runtime/adapters/posix_files.hpp"

#include <algorithm>

namespace ppn {

namespace {

constexpr std::size_t seed_octets = 32;
constexpr const char* identity_file = "identity.key";

// Nobody draws it; an incomplete copy or a file system after a crash may hold it.
bool is_blank(bytes_view seed) {
  return std::all_of(seed.begin(), seed.end(), [](octet value) { return value == 0; });
}

} // namespace

result<node_keys> load_or_create(const std::string& folder, entropy& random) {
  result<unique_fd> opened = open_private_folder(folder, folder_lock::exclusive);
  if (!opened) return fail(opened.error());
  node_keys keys{crypto::secret(seed_octets)};
  status loaded = read_private_file(*opened, identity_file, keys.identity_seed.span());
  if (loaded) {
    if (is_blank(keys.identity_seed.view()))
      return fail(ec::integrity, folder + "/" + identity_file + " is blank");
    return keys;
  }
  if (loaded.error().code != ec::not_found) return fail(loaded.error());
  random.fill(keys.identity_seed.span());
  if (status made = create_private_file(*opened, identity_file, keys.identity_seed.view()); !made)
    return fail(made.error());
  keys.created = true;
  return keys;
}

} // namespace ppn
