// One Cap'n Proto message = one flat segment: the shape every frame body has. Caps come before
// allocation, traversal and nesting are limited, and a message that uses another number of words than it
// holds is refused: nothing trails behind it. (One that refers to a word twice counts it twice.)
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"
#include "messages/base/limits.hpp"

#include <capnp/message.h>
#include <kj/exception.h>
#include <string>

namespace ppn::wire {

// Thrown and caught inside messages/wire only.
struct decode_failure {
  std::string text;
};

// Builds into one segment; `fill` receives the root builder.
template <class Root, class Fill>
bytes build_segment(Fill&& fill);

// Runs `take` on the root of a checked segment; every failure becomes ec::malformed.
template <class Root, class Take>
auto read_segment(bytes_view body, std::size_t octets_max, Take&& take)
    -> result<decltype(take(std::declval<typename Root::Reader>()))>;

// -- fields: checked reads and plain writes ---------------------------------------------------------

template <class Id>
Id read_id(capnp::Data::Reader data, const char* field) {
  auto id = Id::from({data.begin(), data.size()});
  if (!id) throw decode_failure{std::string{field} + " has the wrong length"};
  return *id;
}

template <class Id>
capnp::Data::Reader data_of(const Id& id) {
  return {id.octets.data(), id.octets.size()};
}

inline capnp::Data::Reader data_of(bytes_view data) { return {data.data(), data.size()}; }

std::string read_text(capnp::Text::Reader text, std::size_t octets_max, const char* field);

// Free text as read_text will take it: cut, and without control characters.
std::string sendable_text(std::string_view text, std::size_t octets_max);

template <class List>
List checked_list(List list, std::size_t items_max, const char* field) {
  if (list.size() > items_max) throw decode_failure{std::string{field} + " has too many items"};
  return list;
}

template <class Enum, class Wire>
Enum read_enum(Wire value, Enum last, const char* field) {
  auto number = static_cast<std::uint16_t>(value);
  if (number > static_cast<std::uint16_t>(last))
    throw decode_failure{std::string{field} + " is not a value this version knows"};
  return static_cast<Enum>(number);
}

// -- implementation -----------------------------------------------------------------------------------

namespace detail {

kj::ArrayPtr<capnp::word> scratch();
bytes flatten(capnp::MessageBuilder& message);
void require_exact(capnp::MessageReader& message, std::size_t words);
// Points into `body`, or into `copy` when body is not aligned.
kj::ArrayPtr<const capnp::word> aligned_words(bytes_view body, std::size_t octets_max, bytes& copy);

} // namespace detail

template <class Root, class Fill>
bytes build_segment(Fill&& fill) {
  capnp::MallocMessageBuilder message(detail::scratch());
  fill(message.initRoot<Root>());
  return detail::flatten(message);
}

template <class Root, class Take>
auto read_segment(bytes_view body, std::size_t octets_max, Take&& take)
    -> result<decltype(take(std::declval<typename Root::Reader>()))> {
  try {
    bytes copy;
    const kj::ArrayPtr<const capnp::word> words = detail::aligned_words(body, octets_max, copy);
    capnp::ReaderOptions options;
    // Once for the exactness check, once for the reading, and room for re-read pointers.
    options.traversalLimitInWords = 4 * words.size() + 64;
    options.nestingLimit = limits::nesting;
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&words, 1), options);
    detail::require_exact(message, words.size());
    return take(message.getRoot<Root>());
  } catch (const decode_failure& failure) {
    return fail(ec::malformed, failure.text);
  } catch (const kj::Exception& exception) {
    return fail(ec::malformed, std::string{"not a message: "} + exception.getDescription().cStr());
  }
}

} // namespace ppn::wire
