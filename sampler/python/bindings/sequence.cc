// Sequence.

#include "sampler/sequence.h"

#include <nanobind/nanobind.h>
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
#include "sampler/python/bindings/integers.h"
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

TokenId IdFor(const Sequence& sequence, nb::handle id) {
  return TokenIn(id, "token to accept", sequence.vocabulary_size());
}

void Accept(SharedSequence& shared, nb::handle token, nb::handle as_id) {
  if (PyLong_Check(token.ptr()) != 0) {
    RaiseTypeError(
        "token: got an int, want the Token that sample returned (stages learn "
        "from it); accept_id takes an id that was not drawn");
  }
  const auto& drawn = As<const Token>(token, "token");
  const SharedSequence::Writer lease(shared);
  Check(as_id.is_none() ? lease->Accept(drawn)
                        : lease->Accept(drawn, IdFor(*lease, as_id)));
}

std::unique_ptr<SharedSequence> Fork(const SharedSequence& shared,
                                     nb::handle stream) {
  const std::uint32_t other = WordOf(stream, "stream");
  const SharedSequence::Reader lease(shared);
  if (other == lease->stream()) {
    RaiseValueError(absl::StrCat(
        "stream: got ", other,
        ", want another one than this sequence's (copy() makes a twin)"));
  }
  return std::make_unique<SharedSequence>(lease->Fork(other));
}

void BindMoves(nb::class_<SharedSequence>& type) {
  type.def(
          "accept", &Accept, "token"_a.none(), "as_id"_a = nb::none(),
          nb::sig("def accept(self, token: Token, as_id: int | None = None) -> "
                  "None"),
          "Appends a drawn token, and what the stages learn from it. With "
          "as_id "
          "that id\nis appended where the token was drawn (a log's, a "
          "teacher's).\n\nRaises ValueError for a token outside the vocabulary "
          "or of another pipeline;\nthe sequence is then unchanged.")
      .def(
          "accept_id",
          [](SharedSequence& s, nb::handle id) {
            const SharedSequence::Writer lease(s);
            Check(lease->AcceptId(IdFor(*lease, id)));
          },
          "id"_a.none(),
          nb::sig("def accept_id(self, id: int | Token) -> None"),
          "Appends a token that was not drawn here: of a log, or forced. "
          "Stages "
          "with a\nmemory learn nothing from it.")
      .def(
          "rollback",
          [](SharedSequence& s, nb::handle n) {
            const SharedSequence::Writer lease(s);
            Check(lease->Rollback(CountOf(n, "tokens to roll back")));
          },
          "n"_a.none(), nb::sig("def rollback(self, n: int) -> None"),
          "Takes back the last n tokens (0 to position) as if they had never "
          "been\naccepted: drawn again, they are the same.")
      .def(
          "redraw",
          [](SharedSequence& s, nb::handle n) {
            const SharedSequence::Writer lease(s);
            Check(lease->Redraw(CountOf(n, "tokens to roll back")));
          },
          "n"_a.none() = 0, nb::sig("def redraw(self, n: int = 0) -> None"),
          "Takes back the last n tokens because of what they are: all random "
          "numbers from\nhere on are fresh. redraw() is for a drawn token that "
          "is refused.")
      .def("fork", &Fork, "stream"_a.none(),
           nb::sig("def fork(self, stream: int) -> Sequence"),
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
  type.def_prop_ro("tokens", tokens(AllTokens), kOwned,
                   "Prompt and output: int32 array (a copy).")
      .def_prop_ro("prompt", tokens([](const Sequence& s) {
                     return ToVector(s.history().prompt());
                   }),
                   kOwned)
      .def_prop_ro("output", tokens([](const Sequence& s) {
                     return ToVector(s.history().output());
                   }),
                   kOwned)
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
          [](SharedSequence& s, nb::handle attempt) {
            SharedSequence::Writer(s)->set_attempt(WordOf(attempt, "attempt"));
          },
          nb::for_setter(nb::sig("def attempt(self, value: int, /) -> None")),
          "How often redraw was called: noted beside a token, it repeats its "
          "draw.")
      .def_prop_rw(
          "clock",
          [](const SharedSequence& s) {
            return SharedSequence::Reader(s)->clock();
          },
          [](SharedSequence& s, nb::handle clock) {
            SharedSequence::Writer(s)->set_clock(CountOf(clock, "clock"));
          },
          nb::for_setter(nb::sig("def clock(self, value: int, /) -> None")),
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
             const auto& o = As<const SharedSequence>(other, "other");
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
  auto type = nb::class_<SharedSequence>(
      module, "Sequence", nb::is_weak_referenceable(),
      "What one text carries from token to token: its tokens, seed, stream, "
      "and "
      "the\nmemory of stages. Made by Pipeline.sequence. One thread at a time: "
      "a call while\nanother uses it raises RuntimeError.");
  BindMoves(type);
  BindFacts(type);
  BindCopies(type);
  // It moves and is equal by value: no key of a dict.
  type.attr("__hash__") = nb::none();
}

}  // namespace sampler::python
