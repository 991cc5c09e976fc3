// Phrases that must not occur: sampler/rewind/rewinder.h.

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/integers.h"
#include "sampler/rewind/rewinder.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)
using SharedRewinder = Shared<Rewinder>;

const char* NextText(Rewinder::Next next) {
  switch (next) {
    case Rewinder::Next::kGoOn:
      return "go_on";
    case Rewinder::Next::kRewound:
      return "rewound";
    case Rewinder::Next::kStop:
      break;
  }
  return "stop";
}

Rewinder::Phrase PhraseOf(nb::handle text, bool ignore_case, bool whole_words,
                          std::optional<std::int64_t> most, bool stop) {
  return {.text = BytesOf(text, "text"),
          .ignore_case = ignore_case,
          .whole_words = whole_words,
          .most = most,
          .then = stop ? Rewinder::Phrase::Then::kStop
                       : Rewinder::Phrase::Then::kPass};
}

std::vector<Rewinder::Phrase> PhrasesOf(nb::handle phrases) {
  std::vector<Rewinder::Phrase> all;
  for (const nb::object& phrase : ItemsOf(phrases, "phrases")) {
    if (nb::isinstance<Rewinder::Phrase>(phrase)) {
      all.push_back(As<const Rewinder::Phrase>(phrase, "phrases"));
    } else {
      all.push_back({.text = BytesOf(phrase, "phrases")});
    }
  }
  return all;
}

void MakeRewinder(SharedRewinder* self, nb::handle phrases) {
  new (self) SharedRewinder(Check(Rewinder::Create(PhrasesOf(phrases))));
}

nb::bytes ToBytes(absl::string_view text) {
  return nb::bytes(text.data(), text.size());
}

void BindAnswer(nb::module_& module) {
  nb::class_<Rewinder::Answer>(
      module, "RewindAnswer",
      "next: \"go_on\", \"rewound\" (draw again, `taken` tokens farther back) "
      "or \"stop\".\nemit: bytes that are never taken back. phrase: for which "
      "of the phrases.")
      .def_prop_ro("next",
                   [](const Rewinder::Answer& a) { return NextText(a.next); })
      .def_prop_ro("emit",
                   [](const Rewinder::Answer& a) { return ToBytes(a.emit); })
      .def_ro("taken", &Rewinder::Answer::taken)
      .def_ro("phrase", &Rewinder::Answer::phrase)
      .def("__repr__", [](const Rewinder::Answer& a) {
        return absl::StrCat("RewindAnswer(next=\"", NextText(a.next),
                            "\", taken=", a.taken, ", ", a.emit.size(),
                            " bytes to emit)");
      });
}

void BindPhrase(nb::module_& module) {
  nb::class_<Rewinder::Phrase>(
      module, "Phrase",
      "A phrase for Rewinder. ignore_case: of the letters of ASCII. "
      "whole_words: only\nbetween other characters than letters, digits and "
      "underscores. most: how often it\nis taken back (None: always); stop: "
      "then the text ends, else the phrase may pass.")
      .def(
          "__init__",
          [](Rewinder::Phrase* self, nb::handle text, bool ignore_case,
             bool whole_words, std::optional<std::int64_t> most, bool stop) {
            new (self) Rewinder::Phrase(
                PhraseOf(text, ignore_case, whole_words, most, stop));
          },
          "text"_a, nb::kw_only(), "ignore_case"_a = false,
          "whole_words"_a = false, "most"_a = nb::none(), "stop"_a = false,
          nb::sig("def __init__(self, text: str | bytes, *, ignore_case: bool "
                  "= False, whole_words: bool = False, most: int | None = "
                  "None, stop: bool = False) -> None"))
      .def_prop_ro("text",
                   [](const Rewinder::Phrase& p) { return ToBytes(p.text); });
}

}  // namespace

void BindRewind(nb::module_& module) {
  BindPhrase(module);
  BindAnswer(module);
  nb::class_<SharedRewinder>(
      module, "Rewinder",
      "Texts in which phrases (str, bytes or Phrase) must not occur: a phrase "
      "that is\ncomplete is taken back, forbidden there, and the text goes on "
      "from before it with\nfresh random numbers. One rewinder a text.")
      .def("__init__", &MakeRewinder, "phrases"_a,
           nb::sig("def __init__(self, phrases: Iterable[str | bytes | "
                   "Phrase]) -> None"))
      .def(
          "add",
          [](SharedRewinder& rewinder, nb::handle token, nb::handle text,
             SharedSequence& sequence) {
            const std::string bytes = BytesOf(text, "text");
            const SharedRewinder::Writer self(rewinder);
            const SharedSequence::Writer lease(sequence);
            const TokenId id =
                TokenIn(token, "token", lease->vocabulary_size());
            return Check(self->Add(id, bytes, *lease));
          },
          "token"_a.none(), "text"_a, "sequence"_a,
          nb::sig("def add(self, token: int | Token, text: str | bytes, "
                  "sequence: Sequence) -> RewindAnswer"),
          "The sequence has accepted that token, whose text (str or bytes) is "
          "given.")
      .def(
          "no_candidate",
          [](SharedRewinder& rewinder, SharedSequence& sequence) {
            const SharedRewinder::Writer self(rewinder);
            const SharedSequence::Writer lease(sequence);
            return Check(self->NoCandidate(*lease));
          },
          "sequence"_a,
          "A RowError \"no candidate\": everything is forbidden where the "
          "sequence stands.")
      .def(
          "finish",
          [](SharedRewinder& rewinder, SharedSequence& sequence) {
            const SharedRewinder::Writer self(rewinder);
            const SharedSequence::Writer lease(sequence);
            return Check(self->Finish(*lease));
          },
          "sequence"_a, "The text ends here: gives what is held.")
      .def(
          "snapshot",
          [](const SharedRewinder& rewinder) {
            return SharedRewinder::Reader(rewinder)->Snapshot();
          },
          "What is held and counted, as JSON text: it goes beside the "
          "sequence's.")
      .def_static(
          "restore",
          [](nb::handle phrases, const std::string& snapshot) {
            return std::make_unique<SharedRewinder>(
                Check(Rewinder::Restore(PhrasesOf(phrases), snapshot)));
          },
          "phrases"_a, "snapshot"_a,
          nb::sig("def restore(phrases: Iterable[str | bytes | Phrase], "
                  "snapshot: str) -> Rewinder"),
          "The rewinder of a snapshot, with the phrases that it was made of.")
      .def_prop_ro("held",
                   [](const SharedRewinder& rewinder) {
                     const SharedRewinder::Reader self(rewinder);
                     return ToBytes({self->held().data(), self->held().size()});
                   })
      .def_prop_ro("held_tokens", [](const SharedRewinder& rewinder) {
        return SharedRewinder::Reader(rewinder)->held_tokens();
      });
}

}  // namespace sampler::python
