// Answers questions about CPace and codes with the product's own functions: one JSON request a line
// on standard input, one JSON answer a line on standard output. All values are hex except codes.
//
//   {"op":"generator","PRS","CI","sid"}                                  {"g"}
//   {"op":"share","g","y"}                                               {"Y"}
//   {"op":"isk_ir","y","Ypeer","role","Ya","ADa","Yb","ADb","sid"}       {"K","ISK"} or {"error"}
//   {"op":"decode","code"}                                               {"canonical","octets"} or
//   {"error"}
//
// "role" is "initiator" or "responder". This program prints secrets: it is for tests only.
#include "runtime/crypto/cpace.hpp"
#include "runtime/crypto/crockford.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

namespace {

using namespace ppn;
using namespace ppn::crypto;
using nlohmann::json;
using answer = result<json>;

result<std::string> text_field(const json& request, const char* name) {
  auto field = request.find(name);
  if (field == request.end() || !field->is_string())
    return fail(ec::invalid, std::string(name) + " is missing or not a string");
  return field->get<std::string>();
}

// Collects the hex fields of a request; the first bad one is the answer.
class reader {
public:
  explicit reader(const json& request) : request_(request) {}

  bytes field(const char* name) {
    auto text = text_field(request_, name);
    auto value = text ? from_hex(*text) : std::nullopt;
    if (!value && !error_)
      error_ = error{ec::invalid, std::string(name) + " is missing or not hex"};
    return value.value_or(bytes{});
  }
  secret scalar(const char* name) {
    bytes value = field(name);
    if (value.size() != cpace::scalar_size && !error_)
      error_ = error{ec::invalid, std::string(name) + " has not 32 octets"};
    value.resize(cpace::scalar_size);
    return secret::take(value);
  }
  const std::optional<error>& failed() const { return error_; }

private:
  const json& request_;
  std::optional<error> error_;
};

answer generator(const json& request) {
  reader in(request);
  const bytes prs = in.field("PRS");
  const bytes ci = in.field("CI");
  const bytes sid = in.field("sid");
  if (in.failed()) return fail(*in.failed());
  return json{{"g", to_hex(cpace::generator(prs, ci, sid).view())}};
}

answer share(const json& request) {
  reader in(request);
  const bytes base = in.field("g");
  const secret scalar = in.scalar("y");
  if (in.failed()) return fail(*in.failed());
  auto out = cpace::share(scalar, base);
  if (!out) return fail(out.error());
  return json{{"Y", to_hex(*out)}};
}

answer isk_ir(const json& request) {
  auto role = text_field(request, "role");
  if (!role || (*role != "initiator" && *role != "responder"))
    return fail(ec::invalid, "role is neither initiator nor responder");
  reader in(request);
  const secret scalar = in.scalar("y");
  const bytes peer = in.field("Ypeer");
  const bytes ya = in.field("Ya");
  const bytes ada = in.field("ADa");
  const bytes yb = in.field("Yb");
  const bytes adb = in.field("ADb");
  const bytes sid = in.field("sid");
  if (in.failed()) return fail(*in.failed());
  auto shared = cpace::shared_point(scalar, *role == "initiator" ? ya : yb, peer);
  if (!shared) return fail(shared.error());
  const secret isk = cpace::isk(sid, *shared, cpace::transcript_ir(ya, ada, yb, adb));
  return json{{"K", to_hex(shared->view())}, {"ISK", to_hex(isk.view())}};
}

answer decode(const json& request) {
  auto text = text_field(request, "code");
  if (!text) return fail(text.error());
  auto code = crockford::decode(*text);
  if (!code) return fail(code.error());
  return json{{"canonical", crockford::encode(*code)}, {"octets", to_hex(*code)}};
}

answer handle(const std::string& line) {
  const json request = json::parse(line, nullptr, false);
  if (!request.is_object()) return fail(ec::malformed, "the line is not a JSON object");
  auto op = text_field(request, "op");
  if (!op) return fail(op.error());
  if (*op == "generator") return generator(request);
  if (*op == "share") return share(request);
  if (*op == "isk_ir") return isk_ir(request);
  if (*op == "decode") return decode(request);
  return fail(ec::unsupported, "unknown op");
}

} // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    auto out = handle(line);
    const json answer = out ? *out : json{{"error", render(out.error())}};
    // A code may hold any octets; what is not UTF-8 must not end the program.
    std::cout << answer.dump(-1, ' ', true, json::error_handler_t::replace) << std::endl;
  }
  return 0;
}
