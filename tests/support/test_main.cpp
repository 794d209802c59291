// The one main of every Boost.Test program.
#define BOOST_TEST_MODULE ppn
#include <boost/test/included/unit_test.hpp>
