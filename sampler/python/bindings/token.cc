// Token.

#include "sampler/token.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/row_status.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;

// A token travels as (id, status, bits, interval, values, owner, holds): a
// worker may draw what its owner accepts.
using WordPair = std::pair<std::uint64_t, std::uint64_t>;
using TokenState =
    std::tuple<TokenId, int, std::uint64_t, std::array<WordPair, 3>,
               std::vector<double>, std::uint64_t, bool>;

WordPair Words(Mass mass) {
  return {absl::Uint128High64(mass), absl::Uint128Low64(mass)};
}

Mass MassOf(WordPair words) {
  return absl::MakeUint128(words.first, words.second);
}

TokenState StateOf(const Token& token) {
  return {token.id,
          static_cast<int>(token.status),
          token.bits,
          {Words(token.interval.low), Words(token.interval.high),
           Words(token.interval.total)},
          {token.state.values.begin(), token.state.values.end()},
          token.state.owner,
          token.state.holds_for_any_token};
}

void SetState(Token& self, const TokenState& state) {
  const auto& [id, status, bits, interval, values, owner, holds] = state;
  if (status < 0 || status > static_cast<int>(RowStatus::kWrongStep)) {
    RaiseValueError(absl::StrCat("token: got the status ", status,
                                 ", want one of this version"));
  }
  new (&self) Token{.id = id,
                    .status = static_cast<RowStatus>(status),
                    .bits = bits,
                    .interval = {MassOf(interval[0]), MassOf(interval[1]),
                                 MassOf(interval[2])},
                    .state = {.values = {values.begin(), values.end()},
                              .owner = owner,
                              .holds_for_any_token = holds}};
}

}  // namespace

void BindToken(nb::module_& module) {
  nb::class_<Token>(
      module, "Token",
      "A drawn token. int(token), token.id and token == 7 are its id; "
      "Sequence.accept\nwants the Token itself, from which stages with a "
      "memory learn.")
      .def_ro("id", &Token::id, "From 0 to vocab_size - 1; -1: none.")
      .def_prop_ro(
          "status",
          [](const Token& t) { return std::string(RowStatusName(t.status)); },
          "\"ok\", or why there is no token (see RowError).")
      .def_prop_ro("ok",
                   [](const Token& t) { return t.status == RowStatus::kOk; })
      .def_ro("bits", &Token::bits,
              "The 64 random bits of the draw; 0 where none was used.")
      .def_prop_ro("u", &Token::u, "The draw's place in [0, 1).")
      .def("__getstate__", &StateOf)
      .def("__setstate__", &SetState)
      .def("__int__", [](const Token& t) { return t.id; })
      .def("__index__", [](const Token& t) { return t.id; })
      .def("__hash__",
           [](const Token& t) { return std::hash<std::int64_t>()(t.id); })
      .def("__eq__",
           [](const Token& t, nb::handle other) {
             if (nb::isinstance<Token>(other)) {
               return t.id == As<const Token>(other, "other").id;
             }
             return PyLong_Check(other.ptr()) != 0 &&
                    nb::int_(t.id).equal(other);
           })
      .def("__repr__", [](const Token& t) {
        if (t.status == RowStatus::kOk) {
          return absl::StrCat("Token(", t.id, ")");
        }
        return absl::StrCat("Token(status=\"",
                            std::string(RowStatusName(t.status)), "\")");
      });
}

}  // namespace sampler::python
