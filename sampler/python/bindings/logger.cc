// Writing a log of logits.

#include "sampler/logs/logger.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <limits>
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
#include "sampler/python/bindings/integers.h"

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

void Make(Logger* self, const std::string& path, nb::handle vocab_size,
          const std::string& dtype, nb::handle top_k,
          std::map<std::string, std::string> metadata, bool overwrite) {
  const logs::LoggerOptions options = {
      .vocabulary_size = CountOf(vocab_size, "vocab_size"),
      .dtype = ToDType(dtype),
      .top_k = CountOf(top_k, "top_k"),
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

void Append(Logger& self, nb::handle seq, nb::handle logits, nb::handle token,
            nb::handle mask, const SharedSequence* sequence) {
  const std::uint32_t number = WordOf(seq, "seq");
  const BorrowedRows rows = OneRow(logits, "logits");
  const Logits row = rows[0];
  // The logger checks it against its vocabulary.
  const auto id = static_cast<TokenId>(
      IntegerIn(token, "token", std::numeric_limits<TokenId>::min(),
                std::numeric_limits<TokenId>::max()));
  const std::optional<BorrowedMasks> masks = OneMask(mask);
  logs::RowNotes notes;
  if (sequence != nullptr) {
    notes = logs::NotesOf(*SharedSequence::Reader(*sequence));
  }
  if (masks.has_value()) notes.mask = (*masks)[0];
  Write([&] { return self.Append(number, row, id, notes); });
}

}  // namespace

void BindLogger(nb::module_& module) {
  nb::class_<Logger>(
      module, "_Logger",
      "Logs a generation loop: rows before any stage, each with its token. Any "
      "number\nof threads.")
      .def("__init__", &Make, "path"_a, "vocab_size"_a.none(),
           "dtype"_a = "f32", "top_k"_a = 0,
           "metadata"_a = std::map<std::string, std::string>(),
           "overwrite"_a = false,
           nb::sig("def __init__(self, path: str, vocab_size: int, dtype: str "
                   "= 'f32', top_k: int = 0, metadata: Mapping[str, str] = "
                   "{}, overwrite: bool = False) -> None"))
      .def(
          "prompt",
          [](Logger& self, nb::handle seq, nb::handle tokens) {
            const std::uint32_t number = WordOf(seq, "seq");
            const auto ids = TokenIds(tokens, "tokens");
            Write([&] { return self.AddPrompt(number, ids); });
          },
          "seq"_a, "tokens"_a,
          nb::sig("def prompt(self, seq: int, tokens: Ids) -> None"),
          "The tokens before the first row of a sequence.")
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
          [](Logger& self, nb::handle seq, nb::handle rows) {
            const std::uint32_t number = WordOf(seq, "seq");
            const std::int64_t count = CountOf(rows, "rows");
            Write([&] { return self.TakeBack(number, count); });
          },
          "seq"_a, "rows"_a,
          nb::sig("def take_back(self, seq: int, rows: int) -> None"),
          "Takes back the last rows of a sequence, whose tokens were.")
      .def(
          "describe",
          [](Logger& self, nb::handle seq, const Pipeline& pipeline,
             const SharedSequence& drawn) {
            const std::uint32_t number = WordOf(seq, "seq");
            const auto settings =
                logs::SettingsOf(pipeline, *SharedSequence::Reader(drawn));
            Write([&] { return self.Describe(number, settings); });
          },
          "seq"_a, "pipeline"_a, "sequence"_a,
          nb::sig("def describe(self, seq: int, pipeline: _Pipeline, sequence: "
                  "Sequence) -> None"),
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
