// The machine as Linux describes it: the contract on this machine and on a tree that looks like
// one, exact figures from such a tree, and trees that are broken in every way that comes to mind.
#include "runtime/adapters/procfs_host.hpp"
#include "tests/contract/host_contract.hpp"
#include "tests/contract/scratch_folder.hpp"

#include <fstream>
#include <rapidcheck.h>
#include <sys/stat.h>

namespace files = std::filesystem;
using ppn::ec;
using ppn::procfs_host;
using ppn::procfs_options;

namespace {

using opened_host = std::unique_ptr<procfs_host>;

// As a machine with two processors and 1 GiB tells it.
class fake_machine {
public:
  fake_machine() {
    files::create_directories(scratch.path() / "sys/kernel/random");
    put("sys/kernel/random/boot_id", "01234567-89ab-cdef-0123-456789abcdef\n");
    put("meminfo",
        "MemTotal:        1048576 kB\nMemFree:          1000 kB\nMemAvailable:     524288 kB\n");
    put("stat", "cpu  100 0 50 850 0 0 0 0 0 0\ncpu0 50 0 25 425 0 0 0 0 0 0\n"
                "cpu1 50 0 25 425 0 0 0 0 0 0\nintr 12 0 1\nctxt 5\n");
  }

  void put(const std::string& name, const std::string& text) const {
    std::ofstream(scratch.path() / name, std::ios::binary | std::ios::trunc) << text;
  }
  void put_cpu(const std::string& ticks) const {
    put("stat", "cpu  " + ticks + "\ncpu0 1\ncpu1 1\n");
  }
  procfs_options options() const { return {{}, scratch.path().string(), "/dev/null"}; }
  opened_host open() const {
    auto opened = procfs_host::open(options());
    REQUIRE_OK(opened);
    return *std::move(opened);
  }
  ec sample_code() const { return contract::code_of(open()->sample()); }
  std::uint32_t load(procfs_host& subject) const {
    auto taken = subject.sample();
    REQUIRE_OK(taken);
    return taken->cpu_load_permille;
  }

  contract::scratch_folder scratch;
};

// Keeps its tree for as long as it is used.
class host_on_fake final : public ppn::host {
public:
  ppn::result<ppn::host_sample> sample() override { return host_->sample(); }
  ppn::boot_id boot() override { return host_->boot(); }

private:
  fake_machine machine_;
  opened_host host_ = machine_.open();
};

opened_host this_machine() {
  auto opened = procfs_host::open({{{"root", "/"}, {"temporary", files::temp_directory_path()}}});
  REQUIRE_OK(opened);
  return *std::move(opened);
}

const contract::suite real("host_procfs", contract::host_cases([] { return this_machine(); }));
const contract::suite fake("host_procfs_on_a_fake_tree",
                           contract::host_cases([] { return std::make_unique<host_on_fake>(); }));

} // namespace

BOOST_AUTO_TEST_SUITE(host_procfs_figures)

BOOST_FIXTURE_TEST_CASE(figures_are_those_of_the_files, fake_machine) {
  opened_host subject = open();
  BOOST_TEST(subject->boot().hex() == "0123456789abcdef0123456789abcdef");
  auto taken = subject->sample();
  REQUIRE_OK(taken);
  BOOST_TEST(taken->ram_total == 1024u * 1024 * 1024);
  BOOST_TEST(taken->ram_available == 512u * 1024 * 1024);
  BOOST_TEST(taken->cpus == 2u);
  BOOST_TEST(!taken->kvm);
  BOOST_TEST(taken->pools.empty());
}

BOOST_FIXTURE_TEST_CASE(the_load_is_of_the_time_since_the_sample_before, fake_machine) {
  opened_host subject = open();
  BOOST_TEST(load(*subject) == 150u); // since the start of the machine
  put_cpu("100 0 50 950 0 0 0 0 0 0");
  BOOST_TEST(load(*subject) == 0u);
  put_cpu("150 20 60 970 0 10 10 0 0 0");
  BOOST_TEST(load(*subject) == 833u); // 100 of 120
  BOOST_TEST(load(*subject) == 0u);   // no time has passed
  put_cpu("200 20 60 980 40 10 10 0 0 0");
  BOOST_TEST(load(*subject) == 500u); // waiting for a disk is not work
  put_cpu("250 20 60 980 0 10 10 50 77 77");
  BOOST_TEST(load(*subject) == 1000u); // counters that step back, and guests that count twice
}

BOOST_FIXTURE_TEST_CASE(a_sample_that_failed_leaves_the_load_of_the_next_one_whole, fake_machine) {
  opened_host subject = open();
  load(*subject);
  put_cpu("200 0 50 850 0 0 0 0 0 0");
  put("meminfo", "nothing\n");
  CHECK_CODE(subject->sample(), malformed);
  put("meminfo", "MemTotal: 8 kB\nMemAvailable: 4 kB\n");
  BOOST_TEST(load(*subject) == 1000u);
}

BOOST_AUTO_TEST_CASE(this_machines_figures_agree_with_the_system_calls) {
  auto taken = this_machine()->sample();
  REQUIRE_OK(taken);
  BOOST_TEST(taken->cpus == static_cast<std::uint32_t>(sysconf(_SC_NPROCESSORS_ONLN)));
  std::uint64_t pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  BOOST_TEST(taken->ram_total == pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  BOOST_REQUIRE(taken->pools.size() == 2u);
  BOOST_TEST(taken->pools[0].name == "root");
  BOOST_TEST(taken->pools[0].total == files::space("/").capacity);
}

BOOST_FIXTURE_TEST_CASE(kvm_is_there_when_it_answers_and_not_when_something_else_does,
                        fake_machine) {
  procfs_options options = fake_machine::options();
  for (const std::string& no_kvm : {std::string("/dev/null"), scratch.at("absent"),
                                    scratch.at("meminfo"), scratch.path().string()}) {
    options.kvm = no_kvm;
    BOOST_TEST(!procfs_host::open(options).value()->sample()->kvm);
  }
  // What the machine of this test has is its own affair; that asking twice gives one answer is
  // ours.
  BOOST_TEST(this_machine()->sample()->kvm == this_machine()->sample()->kvm);
}

BOOST_FIXTURE_TEST_CASE(a_pool_that_is_not_there_fails_the_sample, fake_machine) {
  procfs_options options = fake_machine::options();
  options.pools = {{"lost", scratch.at("nowhere")}};
  CHECK_CODE(procfs_host::open(options).value()->sample(), not_found);
  options.pools.assign(ppn::limits::disk_pools + 1, {"many", "/"});
  CHECK_CODE(procfs_host::open(options), too_large);
}

BOOST_FIXTURE_TEST_CASE(a_boot_id_that_is_none_is_refused, fake_machine) {
  for (const char* wrong :
       {"", "\n", "01234567-89ab-cdef-0123-456789abcde\n", "no boot id at all, is it?\n",
        "00000000-0000-0000-0000-000000000000\n", "01234567-89ab-cdef-0123-456789abcdef\nmore\n"}) {
    put("sys/kernel/random/boot_id", wrong);
    CHECK_CODE(procfs_host::open(options()), malformed);
  }
  files::remove(scratch.path() / "sys/kernel/random/boot_id");
  CHECK_CODE(procfs_host::open(options()), not_found);
}

BOOST_FIXTURE_TEST_CASE(memory_that_makes_no_sense_is_refused, fake_machine) {
  const std::string total = "MemTotal: 1000 kB\n";
  for (const std::string& wrong :
       {std::string(), total, std::string("MemAvailable: 10 kB\n"), total + "MemAvailable: 10 MB\n",
        total + "MemAvailable: -10 kB\n", total + "MemAvailable: 10kB\n", total + "MemAvailable:\n",
        total + "MemAvailable: 1001 kB\n", std::string("MemTotal: 0 kB\nMemAvailable: 0 kB\n"),
        total + "MemAvailable: 99999999999999999999999999 kB\n",
        std::string("MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB\n"),
        total + "MemAvailable: 10 kB" /* no end of line */, std::string(2'000'000, ' ')}) {
    put("meminfo", wrong);
    BOOST_TEST(sample_code() == ec::malformed);
  }
  files::remove(scratch.path() / "meminfo");
  BOOST_TEST(sample_code() == ec::not_found);
}

BOOST_FIXTURE_TEST_CASE(processors_that_make_no_sense_are_refused, fake_machine) {
  for (const char* wrong :
       {"", "cpu\n", "cpu 1 2 3 4 5 6 7\ncpu0 1\n", "cpu 1 2 3 4 5 6 7 8\n",
        "cpu0 1 2 3 4 5 6 7 8\n", "cpu 1 2 3 x 5 6 7 8\ncpu0 1\n",
        "cpu 1 2 3 4 5 6 7 8\ncpux 1\ncpu 1\n", "cpu 18446744073709551615 2 3 4 5 6 7 8\ncpu0 1\n",
        "intr 1\ncpu 1 2 3 4 5 6 7 8\ncpu0 1\n"}) {
    put("stat", wrong);
    BOOST_TEST(sample_code() == ec::malformed);
  }
  files::remove(scratch.path() / "stat");
  BOOST_TEST(sample_code() == ec::not_found);
}

BOOST_FIXTURE_TEST_CASE(a_long_list_of_interrupts_does_not_hide_the_processors, fake_machine) {
  std::string text = "cpu  100 0 50 850 0 0 0 0 0 0\n";
  for (int i = 0; i < 1024; ++i)
    text += "cpu" + std::to_string(i) + " 50 0 25 425 0 0 0 0 0 0\n";
  put("stat", text + "intr" + std::string(3'000'000, '0') + "\n");
  BOOST_TEST(open()->sample()->cpus == 1024u);
}

BOOST_FIXTURE_TEST_CASE(a_folder_or_a_pipe_in_a_files_place_is_an_error, fake_machine) {
  files::remove(scratch.path() / "meminfo");
  files::create_directory(scratch.path() / "meminfo");
  BOOST_TEST(sample_code() == ec::io_failed);
  files::remove(scratch.path() / "meminfo");
  BOOST_REQUIRE(mkfifo((scratch.path() / "meminfo").c_str(), 0600) == 0);
  BOOST_TEST(sample_code() == ec::malformed);
}

BOOST_FIXTURE_TEST_CASE(octets_of_any_kind_give_a_sample_or_an_error, fake_machine) {
  opened_host subject = open();
  BOOST_TEST(rc::check("any octets", [&] {
    auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("cpu0123456789 \n:kBMemTotalAvailable\0-", 38)));
    put("stat", "cpu " + text);
    put("meminfo", "MemTotal: " + text);
    auto taken = subject->sample();
    if (!taken) RC_ASSERT(taken.error().code == ec::malformed);
  }));
}

BOOST_AUTO_TEST_SUITE_END()
