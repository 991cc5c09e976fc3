// Token and Sequence.

#include "sampler/sequence.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/token.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

std::vector<std::int32_t> ToVector(absl::Span<const std::int32_t> tokens) {
  return {tokens.begin(), tokens.end()};
}

std::vector<std::int32_t> AllTokens(const Sequence& sequence) {
  std::vector<std::int32_t> all = ToVector(sequence.history().prompt());
  const auto output = sequence.history().output();
  all.insert(all.end(), output.begin(), output.end());
  return all;
}

std::unique_ptr<SharedSequence> Copy(const SharedSequence& sequence) {
  return std::make_unique<SharedSequence>(*SharedSequence::Reader(sequence));
}

std::int32_t ToId(std::int64_t id) {
  // What does not fit lies outside every vocabulary, as -1 does.
  return id == static_cast<std::int32_t>(id) ? static_cast<std::int32_t>(id)
                                             : -1;
}

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
      .def("__int__", [](const Token& t) { return t.id; })
      .def("__index__", [](const Token& t) { return t.id; })
      .def("__hash__",
           [](const Token& t) { return std::hash<std::int64_t>()(t.id); })
      .def("__eq__",
           [](const Token& t, nb::handle other) {
             if (nb::isinstance<Token>(other)) {
               return t.id == nb::cast<const Token&>(other).id;
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

void BindMoves(nb::class_<SharedSequence>& type) {
  type.def(
          "accept",
          [](SharedSequence& s, const Token& drawn,
             std::optional<std::int64_t> as_id) {
            const SharedSequence::Writer lease(s);
            Check(as_id.has_value() ? lease->Accept(drawn, ToId(*as_id))
                                    : lease->Accept(drawn));
          },
          "token"_a, "as_id"_a = nb::none(),
          "Appends a drawn token, and what the stages learn from it. With "
          "as_id "
          "that id\nis appended where the token was drawn (a log's, a "
          "teacher's).\n\nRaises ValueError for a token outside the vocabulary "
          "or of another pipeline;\nthe sequence is then unchanged.")
      .def(
          "accept",
          [](SharedSequence&, const nb::int_&, nb::handle) {
            RaiseTypeError(
                "token: got an int, want the Token that sample returned "
                "(stages "
                "learn from it); accept_id takes an id that was not drawn");
          },
          "token"_a, "as_id"_a = nb::none())
      .def(
          "accept_id",
          [](SharedSequence& s, std::int64_t id) {
            const SharedSequence::Writer lease(s);
            Check(lease->AcceptId(ToId(id)));
          },
          "id"_a,
          "Appends a token that was not drawn here: of a log, or forced. "
          "Stages "
          "with a\nmemory learn nothing from it.")
      .def(
          "rollback",
          [](SharedSequence& s, std::int64_t n) {
            const SharedSequence::Writer lease(s);
            Check(lease->Rollback(n));
          },
          "n"_a,
          "Takes back the last n tokens (0 to position) as if they had never "
          "been\naccepted: drawn again, they are the same.")
      .def(
          "redraw",
          [](SharedSequence& s, std::int64_t n) {
            const SharedSequence::Writer lease(s);
            Check(lease->Redraw(n));
          },
          "n"_a = 0,
          "Takes back the last n tokens because of what they are: all random "
          "numbers from\nhere on are fresh. redraw() is for a drawn token that "
          "is refused.")
      .def(
          "fork",
          [](const SharedSequence& s, std::uint32_t stream) {
            return std::make_unique<SharedSequence>(
                SharedSequence::Reader(s)->Fork(stream));
          },
          "stream"_a,
          "A copy with random numbers of its own. stream: 0 to 2**32 - 1, "
          "another one than\nthis sequence's.");
}

void BindFacts(nb::class_<SharedSequence>& type) {
  const auto tokens = [](auto part) {
    return [part](const SharedSequence& s) {
      const SharedSequence::Reader lease(s);
      return ToNumPy(part(*lease));
    };
  };
  type.def_prop_ro("tokens", tokens(AllTokens),
                   "Prompt and output: int32 array (a copy).")
      .def_prop_ro("prompt", tokens([](const Sequence& s) {
                     return ToVector(s.history().prompt());
                   }))
      .def_prop_ro("output", tokens([](const Sequence& s) {
                     return ToVector(s.history().output());
                   }))
      .def("__len__",
           [](const SharedSequence& s) {
             const SharedSequence::Reader lease(s);
             return lease->history().prompt().size() +
                    lease->history().output().size();
           })
      .def_prop_ro(
          "position",
          [](const SharedSequence& s) {
            return SharedSequence::Reader(s)->position();
          },
          "Output tokens accepted so far.")
      .def_prop_ro("seed",
                   [](const SharedSequence& s) {
                     return SharedSequence::Reader(s)->seed();
                   })
      .def_prop_ro("stream",
                   [](const SharedSequence& s) {
                     return SharedSequence::Reader(s)->stream();
                   })
      .def_prop_ro("vocab_size",
                   [](const SharedSequence& s) {
                     return SharedSequence::Reader(s)->vocabulary_size();
                   })
      .def_prop_rw(
          "attempt",
          [](const SharedSequence& s) {
            return SharedSequence::Reader(s)->attempt();
          },
          [](SharedSequence& s, std::uint32_t attempt) {
            SharedSequence::Writer(s)->set_attempt(attempt);
          },
          "How often redraw was called: noted beside a token, it repeats its "
          "draw.")
      .def_prop_rw(
          "clock",
          [](const SharedSequence& s) {
            return SharedSequence::Reader(s)->clock();
          },
          [](SharedSequence& s, std::int64_t clock) {
            SharedSequence::Writer(s)->set_clock(clock);
          },
          "The caller's step, for schedules that follow it.")
      .def_prop_ro(
          "state",
          [](const SharedSequence& s) {
            const SharedSequence::Reader lease(s);
            const auto state = lease->state();
            return std::vector<double>(state.begin(), state.end());
          },
          "What stages with a memory carry; [] until they have learnt.");
}

void BindCopies(nb::class_<SharedSequence>& type) {
  type.def(
          "snapshot",
          [](const SharedSequence& s) {
            return SharedSequence::Reader(s)->Snapshot();
          },
          "The whole state as JSON text, for Pipeline.restore.")
      .def("copy", &Copy, "An independent copy, that draws the same tokens.")
      .def("__copy__", &Copy)
      .def("__deepcopy__",
           [](const SharedSequence& s, nb::handle) { return Copy(s); })
      .def("__getstate__",
           [](const SharedSequence& s) {
             return SharedSequence::Reader(s)->Snapshot();
           })
      .def("__setstate__",
           [](SharedSequence& s, const std::string& snapshot) {
             new (&s) SharedSequence(Check(Sequence::Restore(snapshot)));
           })
      .def("__eq__",
           [](const SharedSequence& s, nb::handle other) {
             if (!nb::isinstance<SharedSequence>(other)) return false;
             const auto& o = nb::cast<const SharedSequence&>(other);
             return *SharedSequence::Reader(s) == *SharedSequence::Reader(o);
           })
      .def("__repr__", [](const SharedSequence& s) {
        const SharedSequence::Reader lease(s);
        return absl::StrCat("Sequence(", lease->history().prompt().size(),
                            " prompt + ", lease->position(),
                            " output tokens, seed=", lease->seed(),
                            ", stream=", lease->stream(), ")");
      });
}

}  // namespace

void BindSequence(nb::module_& module) {
  BindToken(module);
  auto type = nb::class_<SharedSequence>(
      module, "Sequence",
      "What one text carries from token to token: its tokens, seed, stream, "
      "and "
      "the\nmemory of stages. Made by Pipeline.sequence. One thread at a time: "
      "a call while\nanother uses it raises RuntimeError.");
  BindMoves(type);
  BindFacts(type);
  BindCopies(type);
}

}  // namespace sampler::python
