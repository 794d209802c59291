// One thing that is done to a world, as data: `at 40s partition laptop-a | laptop-b for 1m`. Plugins think
// acts up in a swarm; a scenario lists them. Either way they are performed by the same code and written
// down, so that every run can be told again as a list, and the list made shorter.
#pragma once

#include "messages/base/error.hpp"
#include "sim/node_clock.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ppn::sim {

struct act_word {
  std::string text;
  std::uint32_t column = 0; // in the line that it was read from, from 1
};

struct act {
  world_time at{0};
  std::string verb;
  std::vector<act_word> words;
};

// An act that somebody thought up just now; `words` are separated by blanks.
act make_act(world_time at, std::string verb, std::string_view words);

// "at 40s kill laptop-b for 5s". Errors begin with "column N: ".
result<act> read_act(std::string_view line);
std::string text_of(const act& what);

// Exact: "0.0002s", "40s"; read with ns, us, ms, s, m, h or d.
std::string text_of_time(nanoseconds value);
std::optional<nanoseconds> read_time(std::string_view text);

using node_names = std::vector<std::string>; // by index

// Takes an act's words one by one. The first problem is kept, what comes after it is without effect.
class word_reader {
public:
  word_reader(const act& what, const node_names& names) : act_(what), names_(names) {}

  std::uint32_t node();
  // At least one, until one of the given words or the end.
  std::vector<std::uint32_t> nodes(std::initializer_list<std::string_view> stops);
  nanoseconds time(nanoseconds least, nanoseconds most);
  std::int64_t number(std::int64_t least, std::int64_t most);
  std::string_view any(std::initializer_list<std::string_view> allowed);
  // Takes the next word if it is this one.
  bool taken(std::string_view word);
  void require(std::string_view word);
  bool more() const { return next_ < act_.words.size(); }
  // That nothing was wrong and nothing is left over.
  status done();

private:
  const act_word* take(const std::string& wanted);
  void refuse(const act_word& word, const std::string& why);

  const act& act_;
  const node_names& names_;
  std::size_t next_ = 0;
  std::optional<error> problem_;
};

} // namespace ppn::sim
