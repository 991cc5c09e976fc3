// Reading logs of logits.

#include "sampler/python/bindings/logs.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/pipeline.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using logs::Log;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

OpenLog Open(const std::string& path, const std::string& tensor,
             std::optional<std::int64_t> vocabulary_size,
             const std::string& tokens_file, bool allow_partial) {
  logs::OpenOptions options;
  options.tensor = tensor;
  options.vocabulary_size = vocabulary_size;
  options.tokens_file = tokens_file;
  options.allow_partial = allow_partial;
  return {Check([&] {
    const nb::gil_scoped_release released;
    return Log::Open(path, options);
  }())};
}

std::int64_t Index(std::int64_t i, std::int64_t size) {
  if (i < 0) i += size;
  if (i < 0 || i >= size) throw nb::index_error("row outside the log");
  return i;
}

template <typename T>
nb::object Values(const Logits& row) {
  std::vector<T> values(row.size());
  if constexpr (std::is_same_v<T, float>) {
    // f32 itself; what is narrower converts exactly.
    for (std::size_t i = 0; i < row.size(); ++i) {
      values[i] = static_cast<float>(row[i]);
    }
  } else {
    row.Load(0, row.size(), values.data());
  }
  return nb::cast(ToNumPy(std::move(values)));
}

nb::object RowOf(const OpenLog& open, std::int64_t i) {
  const Log& log = *open.log;
  i = Index(i, log.rows());
  logs::RowBuffer buffer;
  const Logits row = Check([&] {
    const nb::gil_scoped_release released;
    return log.Row(i, buffer);
  }());
  return row.dtype() == DType::kF64 ? Values<double>(row) : Values<float>(row);
}

nb::object MaskOf(const OpenLog& open, std::int64_t i) {
  logs::RowBuffer buffer;
  const auto mask = Check(open.log->Mask(Index(i, open.log->rows()), buffer));
  if (!mask.has_value()) return nb::none();
  const auto words = mask->words();
  return nb::cast(
      ToNumPy(std::vector<std::uint32_t>(words.begin(), words.end())));
}

std::uint32_t AttemptOf(const OpenLog& open, std::int64_t i) {
  const auto attempts = open.log->attempts();
  i = Index(i, open.log->rows());
  return attempts.empty() ? 0 : attempts[static_cast<std::size_t>(i)];
}

NumPyArray<TokenId> BansOf(const OpenLog& open, std::int64_t i) {
  const auto bans = open.log->Bans(Index(i, open.log->rows()));
  return ToNumPy(std::vector<std::int32_t>(bans.begin(), bans.end()));
}

nb::dict ToDict(const logs::LogSequence& sequence) {
  nb::dict dict;
  dict["first_row"] = sequence.first_row;
  dict["rows"] = sequence.rows;
  dict["prompt"] = ToNumPy(std::vector<std::int32_t>(sequence.prompt.begin(),
                                                     sequence.prompt.end()));
  const auto& with = sequence.drawn_with;
  dict["seed"] = with.has_value() ? nb::cast(with->seed) : nb::none();
  dict["stream"] = with.has_value() ? nb::cast(with->stream) : nb::none();
  dict["clock"] = with.has_value() ? nb::cast(with->clock) : nb::none();
  dict["config"] = with.has_value() ? nb::cast(with->config) : nb::none();
  return dict;
}

nb::dict Describe(const OpenLog& open) {
  const logs::LogDescription& d = open.log->description();
  nb::dict dict;
  const auto format = logs::FormatName(d.format);
  dict["format"] = std::string(format.data(), format.size());
  dict["dtype"] = std::string(DTypeName(d.dtype));
  dict["vocab_size"] = d.vocabulary_size;
  dict["rows"] = d.rows;
  dict["expected_rows"] = d.expected_rows;
  dict["top_k"] = d.top_k;
  dict["masks"] = d.masks;
  dict["metadata"] = d.metadata;
  dict["configs"] = d.configs;
  dict["notices"] = d.notices;
  nb::list sequences;
  for (const logs::LogSequence& one : open.log->sequences()) {
    sequences.append(ToDict(one));
  }
  dict["sequences"] = sequences;
  return dict;
}

}  // namespace

void BindLogs(nb::module_& module) {
  nb::class_<OpenLog>(module, "_Log", "For token_sampler.Log.")
      .def("__len__", [](const OpenLog& o) { return o.log->rows(); })
      .def("row", &RowOf, "index"_a,
           nb::sig("def row(self, index: int) -> Any"))
      .def("mask", &MaskOf, "index"_a,
           nb::sig("def mask(self, index: int) -> Any"))
      .def("attempt", &AttemptOf, "index"_a)
      .def("bans", &BansOf, "index"_a)
      .def("describe", &Describe)
      .def(
          "tokens",
          [](const OpenLog& o) -> nb::object {
            const auto tokens = o.log->tokens();
            if (tokens.empty()) return nb::none();
            return nb::cast(ToNumPy(
                std::vector<std::int32_t>(tokens.begin(), tokens.end())));
          },
          nb::sig("def tokens(self) -> Any"));
  module.def("_open_log", &Open, "path"_a, "tensor"_a, "vocab_size"_a,
             "tokens_file"_a, "allow_partial"_a, "For open_log.");
}

}  // namespace sampler::python
