#include "messages/wire/segment.hpp"

#include <array>
#include <capnp/any.h>
#include <cstring>

namespace ppn::wire {

std::string read_text(capnp::Text::Reader text, std::size_t octets_max, const char* field) {
  if (text.size() > octets_max) throw decode_failure{std::string{field} + " is too long"};
  for (char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      throw decode_failure{std::string{field} + " holds a control character"};
  return {text.cStr(), text.size()};
}

std::string sendable_text(std::string_view text, std::size_t octets_max) {
  std::string out{text.substr(0, octets_max)};
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return out;
}

namespace detail {

kj::ArrayPtr<capnp::word> scratch() {
  // Zero before its first use; the builder zeroes what it used when it goes.
  static thread_local std::array<capnp::word, 1024> words{};
  return {words.data(), words.size()};
}

bytes flatten(capnp::MessageBuilder& message) {
  auto segments = message.getSegmentsForOutput();
  if (segments.size() == 1) {
    auto octets = segments[0].asBytes();
    return {octets.begin(), octets.end()};
  }
  // The scratch was too small and the message spilled: copy it into one segment of the right size.
  auto root = message.getRoot<capnp::AnyPointer>().asReader();
  auto words = static_cast<capnp::uint>(root.targetSize().wordCount + 1);
  capnp::MallocMessageBuilder whole(words, capnp::AllocationStrategy::FIXED_SIZE);
  whole.setRoot(root);
  auto octets = whole.getSegmentsForOutput()[0].asBytes();
  return {octets.begin(), octets.end()};
}

kj::ArrayPtr<const capnp::word> aligned_words(bytes_view body, std::size_t octets_max,
                                              bytes& copy) {
  if (body.size() > octets_max) throw decode_failure{"the message is larger than its cap"};
  if (body.empty() || body.size() % sizeof(capnp::word) != 0)
    throw decode_failure{"the length is not a multiple of 8"};
  const octet* start = body.data();
  if (reinterpret_cast<std::uintptr_t>(start) % alignof(capnp::word) != 0) {
    copy.assign(body.begin(), body.end()); // the allocator aligns to 16
    start = copy.data();
  }
  return {reinterpret_cast<const capnp::word*>(start), body.size() / sizeof(capnp::word)};
}

void require_exact(capnp::MessageReader& message, std::size_t words) {
  auto root = message.getRoot<capnp::AnyPointer>();
  if (!root.isStruct()) throw decode_failure{"the root is not a struct"};
  auto used = root.targetSize();
  if (used.capCount != 0 || used.wordCount + 1 != words)
    throw decode_failure{"the message does not use exactly the words it holds"};
}

} // namespace detail

} // namespace ppn::wire
