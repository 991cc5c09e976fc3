// Writing a log of logits.

#include "sampler/logs/logger.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/row_notes.h"
#include "sampler/logs/sequence_settings.h"
#include "sampler/pipeline.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using logs::Logger;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

DType ToDType(const std::string& name) {
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    if (name == std::string(DTypeName(dtype))) return dtype;
  }
  RaiseValueError(absl::StrCat("dtype: got \"", name,
                               "\", want \"f32\", \"f16\" or \"bf16\""));
}

void Make(Logger* self, const std::string& path, std::int64_t vocabulary_size,
          const std::string& dtype, std::int64_t top_k,
          std::map<std::string, std::string> metadata, bool overwrite) {
  const logs::LoggerOptions options = {
      .vocabulary_size = vocabulary_size,
      .dtype = ToDType(dtype),
      .top_k = top_k,
      .metadata = std::move(metadata),
      .overwrite = overwrite ? logs::Overwrite::kYes : logs::Overwrite::kNo};
  new (self) Logger(Check(Logger::Create(path, options)));
}

// Without the GIL: a disk may be slow.
template <typename F>
void Write(F write) {
  Check([&] {
    const nb::gil_scoped_release released;
    return write();
  }());
}

std::optional<BorrowedMasks> OneMask(nb::handle mask) {
  if (mask.is_none()) return std::nullopt;
  BorrowedMasks masks(mask, "mask");
  if (masks.count() != 1) {
    RaiseValueError(
        absl::StrCat("mask: got ", masks.count(), ", want one of one row"));
  }
  return masks;
}

void Append(Logger& self, std::uint32_t number, nb::handle logits,
            std::int64_t token, nb::handle mask,
            const SharedSequence* sequence) {
  const BorrowedRows rows = OneRow(logits, "logits");
  const Logits row = rows[0];
  if (token != static_cast<std::int32_t>(token)) {
    RaiseValueError(absl::StrCat("token: got ", token, ", want an id"));
  }
  const std::optional<BorrowedMasks> masks = OneMask(mask);
  logs::RowNotes notes;
  if (sequence != nullptr) {
    notes = logs::NotesOf(*SharedSequence::Reader(*sequence));
  }
  if (masks.has_value()) notes.mask = (*masks)[0];
  Write([&] {
    return self.Append(number, row, static_cast<std::int32_t>(token), notes);
  });
}

}  // namespace

void BindLogger(nb::module_& module) {
  nb::class_<Logger>(
      module, "_Logger",
      "Logs a generation loop: rows before any stage, each with its token. Any "
      "number\nof threads.")
      .def("__init__", &Make, "path"_a, "vocab_size"_a, "dtype"_a = "f32",
           "top_k"_a = 0, "metadata"_a = std::map<std::string, std::string>(),
           "overwrite"_a = false)
      .def(
          "prompt",
          [](Logger& self, std::uint32_t sequence, nb::handle tokens) {
            const auto ids = TokenIds(tokens, "tokens");
            Write([&] { return self.AddPrompt(sequence, ids); });
          },
          "seq"_a, "tokens"_a, "The tokens before the first row of a sequence.")
      .def(
          "append", &Append, "seq"_a, "logits"_a.none(), "token"_a,
          nb::kw_only(), "mask"_a = nb::none(), "sequence"_a = nb::none(),
          nb::sig("def append(self, seq: int, logits: Row, token: int | Token, "
                  "*, mask: Words | None = None, sequence: Sequence | None = "
                  "None) -> None"),
          "The next row of a sequence, [V] or [1, V], and the token drawn from "
          "it.\n\n"
          "    mask: the step's, as sample got it; a replay gives it again.\n"
          "    sequence: before it accepts the token: its attempt and the "
          "tokens banned\n"
          "        at its place (redraw, Rewinder) are logged too.")
      .def(
          "take_back",
          [](Logger& self, std::uint32_t sequence, std::int64_t rows) {
            Write([&] { return self.TakeBack(sequence, rows); });
          },
          "seq"_a, "rows"_a,
          "Takes back the last rows of a sequence, whose tokens were.")
      .def(
          "describe",
          [](Logger& self, std::uint32_t sequence, const Pipeline& pipeline,
             const SharedSequence& drawn) {
            const auto settings =
                logs::SettingsOf(pipeline, *SharedSequence::Reader(drawn));
            Write([&] { return self.Describe(sequence, settings); });
          },
          "seq"_a, "pipeline"_a, "sequence"_a,
          "With what a sequence is drawn: a replay then needs no option.")
      .def(
          "sync", [](Logger& self) { Write([&] { return self.Sync(); }); },
          "Waits until all rows are on the disk.")
      .def(
          "finish", [](Logger& self) { Write([&] { return self.Finish(); }); },
          "Makes the log of PATH.partial. RuntimeError if no row was logged.")
      .def("discard", &Logger::Discard,
           "Gives up: removes PATH.partial and all rows with it.")
      .def_prop_ro("rows", &Logger::rows)
      .def_prop_ro("bytes", &Logger::bytes);
}

}  // namespace sampler::python
