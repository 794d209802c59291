// A contract suite is a list of named cases over a maker of one port. Each maker's test file
// registers the same list under its own name, so that whatever one of them promises, all of them
// are held to.
#pragma once

#include "messages/base/error.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

namespace contract {

struct named_case {
  std::string name;
  std::function<void()> run;
};

// At namespace scope of a test file: `const contract::suite memory("store_memory",
// store_cases(...));`
struct suite {
  suite(const std::string& name, const std::vector<named_case>& cases) {
    namespace unit = boost::unit_test;
    auto* tests = new unit::test_suite(name, __FILE__, __LINE__); // owned by the framework
    for (const named_case& one : cases)
      tests->add(unit::make_test_case(one.run, one.name, __FILE__, __LINE__));
    unit::framework::current_auto_test_suite().add(tests);
  }
};

// The code of a result, with ec::none for a success: prints both sides when they differ.
template <class Result>
ppn::ec code_of(const Result& got) {
  return got ? ppn::ec::none : got.error().code;
}

} // namespace contract

namespace ppn {
inline std::ostream& boost_test_print_type(std::ostream& out, ec code) {
  return out << to_string(code);
}
} // namespace ppn

#define CHECK_CODE(got, wanted) BOOST_TEST(contract::code_of(got) == ppn::ec::wanted)
#define REQUIRE_OK(got)                                                                            \
  do {                                                                                             \
    const auto& outcome = (got);                                                                   \
    BOOST_REQUIRE_MESSAGE(                                                                         \
        outcome, #got << " failed: " << (outcome ? std::string() : ppn::render(outcome.error()))); \
  } while (false)
