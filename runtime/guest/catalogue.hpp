// The VM types and their services as data (domain section 3, deploy/catalogue/*.toml): what a guest
// gets when its specification says no more, and what tells whether a service is in the right place.
#pragma once

#include "messages/guest.hpp"
#include "runtime/guest/document.hpp"

#include <map>

namespace ppn {

struct catalogue_service {
  guest_service service; // without a host port
  std::string app;       // the program
  // The type that it belongs in by the placement principle, when the documents list it in another.
  std::string belongs_in;
  bool optional = false; // only where a specification names it
};

struct catalogue_type {
  std::string name;
  std::string os;
  std::string purpose;
  std::string back_end;
  bool is_guest = true;
  std::uint64_t ram = 0;
  std::uint32_t vcpus = 1;
  std::uint64_t disk = 0;
  std::string image;
  std::string user;
  std::vector<catalogue_service> services;

  // By its name or by its program's.
  const catalogue_service* find(std::string_view service) const;
};

class catalogue {
public:
  const catalogue_type* find(std::string_view type) const;
  // The type that a service belongs in; null: nobody knows it.
  const catalogue_type* home_of(std::string_view service) const;
  const std::map<std::string, catalogue_type, std::less<>>& types() const { return types_; }

private:
  friend result<catalogue> load_catalogue(const std::vector<struct catalogue_text>& texts);
  std::map<std::string, catalogue_type, std::less<>> types_;
};

struct catalogue_text {
  std::string file;
  std::string text;
};

// Checked as a whole: names and ports are unique within a type, dependences exist, a misplaced
// service exists where it belongs, all guest types are there.
result<catalogue> load_catalogue(const std::vector<catalogue_text>& texts);

// The files of deploy/catalogue as they were when this program was built.
const std::vector<catalogue_text>& shipped_catalogue_texts();
const catalogue& shipped_catalogue();

} // namespace ppn
