#include "storage/log/cosignature.hpp"

#include "storage/log/text.hpp"

namespace ppn::log {

std::string cosignature_message(std::uint64_t time, std::string_view text) {
  std::string message = "cosignature/v1\ntime " + std::to_string(time) + '\n';
  message += text;
  return message;
}

result<note_signature> make_cosignature(std::string_view text, const vkey& key, std::uint64_t time,
                                        const sign_function& sign) {
  if (key.type != key_type::cosignature)
    return fail(ec::invalid, "only a type-04 key makes cosignatures");
  if (time >= number_end) return fail(ec::invalid, "the time is out of range");
  signature sig = sign(view_of(cosignature_message(time, text)));
  bytes payload(8);
  store_be64(payload.data(), time);
  append(payload, sig.view());
  return note_signature{key.name, key.id, std::move(payload)};
}

result<std::uint64_t> verify_cosignature(const vkey& key, std::string_view text, bytes_view payload,
                                         const verify_function& verify) {
  if (key.type != key_type::cosignature || payload.size() != cosignature_octets)
    return fail(ec::unauthentic, "the cosignature by " + key.name + " has the wrong form");
  std::uint64_t time = load_be64(payload.data());
  auto sig = signature::from(payload.subspan(8));
  if (time >= number_end || !sig ||
      !is_signed(verify, key.key, view_of(cosignature_message(time, text)), *sig))
    return fail(ec::unauthentic, "the cosignature by " + key.name + " is not valid");
  return time;
}

} // namespace ppn::log
