// The program ppn as a child process of a test: what it answers, and what it writes meanwhile.
#pragma once

#include "control_server.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/wait.h>

namespace ppn::control_support {

struct outcome {
  int code = -1;
  std::string output;
  std::string errors;
};

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline pid_t start(const std::vector<std::string>& arguments, const scratch_folder& folder) {
  const char* root = std::getenv("PPN_BINARY_DIR");
  std::string program = std::string(root ? root : ".") + "/bin/ppn";
  pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child > 0) return child;
  std::vector<char*> words{const_cast<char*>("ppn")};
  for (const std::string& each : arguments)
    words.push_back(const_cast<char*>(each.c_str()));
  words.push_back(nullptr);
  ::setenv("PPN_HOME", folder.path().c_str(), 1);
  ::dup2(::open(folder.file("out").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDOUT_FILENO);
  ::dup2(::open(folder.file("err").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDERR_FILENO);
  ::execv(program.c_str(), words.data());
  std::_Exit(127);
}

inline outcome finish(pid_t child, const scratch_folder& folder) {
  int code = 0;
  BOOST_REQUIRE(::waitpid(child, &code, 0) == child);
  BOOST_REQUIRE(WIFEXITED(code));
  return {WEXITSTATUS(code), content_of(folder.file("out")), content_of(folder.file("err"))};
}

inline outcome run(const std::vector<std::string>& arguments, const scratch_folder& folder) {
  return finish(start(arguments, folder), folder);
}

inline void check_one_line(const outcome& what) {
  BOOST_TEST(what.errors.starts_with("ppn: "), what.errors);
  BOOST_TEST(std::count(what.errors.begin(), what.errors.end(), '\n') == 1, what.errors);
  BOOST_TEST(what.output.empty());
}

// Until the watching program has written this often what it writes once a second.
inline void wait_for(const std::string& file, std::string_view text, int times) {
  for (int tries = 0; tries < 3000; ++tries) {
    std::string content = content_of(file);
    int found = 0;
    for (std::size_t at = 0; (at = content.find(text, at)) != std::string::npos; ++at)
      ++found;
    if (found >= times) return;
    std::this_thread::sleep_for(milliseconds{10});
  }
  BOOST_FAIL("not written in time: " << text);
}

} // namespace ppn::control_support
