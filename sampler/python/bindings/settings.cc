// Configs, presets, and the settings of other runtimes.

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sampler/config.h"
#include "sampler/importers/exporter.h"
#include "sampler/importers/importer.h"
#include "sampler/presets.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

std::string ToString(absl::string_view text) {
  return {text.data(), text.size()};
}

// The bytes of every token, as Python has them.
class TextsOfList : public importers::TokenTexts {
 public:
  explicit TextsOfList(nb::handle texts) {
    for (const nb::object& text : ItemsOf(texts, "token_texts")) {
      if (text.is_none()) {
        texts_.emplace_back();
      } else {
        texts_.push_back(BytesOf(text, "token_texts"));
      }
    }
  }

  std::int32_t size() const override {
    return static_cast<std::int32_t>(texts_.size());
  }
  std::string Bytes(std::int32_t id) const override {
    return texts_[static_cast<std::size_t>(id)];
  }

 private:
  std::vector<std::string> texts_;
};

nb::dict ToDict(const importers::ReportEntry& entry) {
  nb::dict dict;
  dict["field"] = entry.field;
  dict["value"] = entry.value.is_null() ? std::string() : ToText(entry.value);
  dict["effect"] = entry.effect;
  dict["provenance"] = ToString(importers::ToText(entry.provenance));
  dict["outcome"] = ToString(importers::ToText(entry.outcome));
  return dict;
}

// An unknown name is a wrong argument here, and no missing file.
template <typename T>
T CheckNamed(absl::StatusOr<T> value) {
  if (absl::IsNotFound(value.status())) {
    const absl::string_view text = value.status().message();
    RaiseValueError({text.data(), text.size()});
  }
  return Check(std::move(value));
}

// (config JSON, runtime, entries)
nb::tuple Import(const std::string& runtime, const std::string& text,
                 bool parity, bool runtime_defaults, nb::handle end_ids,
                 nb::handle token_texts, std::string server_defaults,
                 std::string loader, std::string backend, std::string section) {
  importers::ImportOptions options = {
      .parity = parity,
      .runtime_defaults = runtime_defaults,
      .server_defaults = std::move(server_defaults),
      .loader = std::move(loader),
      .backend = std::move(backend),
      .section = std::move(section)};
  if (!end_ids.is_none()) options.end_ids = TokenIds(end_ids, "end_ids");
  std::optional<TextsOfList> texts;
  if (!token_texts.is_none()) options.texts = &texts.emplace(token_texts);
  const importers::Imported imported =
      CheckNamed(importers::Import(runtime, text, options));
  nb::list entries;
  for (const auto& entry : imported.report.entries) {
    entries.append(ToDict(entry));
  }
  return nb::make_tuple(ToJson(imported.config), imported.report.runtime,
                        entries);
}

// (text, engine, entries)
nb::tuple Export(const std::string& engine, const std::string& config,
                 nb::handle token_texts) {
  std::optional<TextsOfList> texts;
  if (!token_texts.is_none()) texts.emplace(token_texts);
  const importers::ExportOptions options = {
      .texts = texts.has_value() ? &*texts : nullptr};
  const importers::Exported exported = CheckNamed(
      importers::Export(engine, Check(ParseConfig(config)), options));
  nb::list entries;
  for (const importers::ExportEntry& entry : exported.report.entries) {
    nb::dict dict;
    dict["stage"] = entry.stage;
    dict["outcome"] = ToString(importers::ToText(entry.outcome));
    dict["effect"] = entry.effect;
    entries.append(dict);
  }
  return nb::make_tuple(exported.text, exported.report.engine, entries);
}

std::vector<std::string> ToStrings(
    const std::vector<absl::string_view>& names) {
  return {names.begin(), names.end()};
}

}  // namespace

void BindSettings(nb::module_& module) {
  module.def(
      "presets",
      [] {
        std::map<std::string, std::string> all;
        for (const Preset& preset : Presets()) all[preset.name] = preset.json;
        return all;
      },
      "The presets by name, as JSON text.");
  module.def(
      "config_schema", [] { return ConfigSchema(); },
      "The JSON Schema (draft 2020-12) of configs.");
  module.def(
      "runtimes", [] { return ToStrings(importers::RuntimeNames()); },
      "The runtimes whose settings import_settings takes.");
  module.def("_import", &Import, "runtime"_a, "text"_a, "parity"_a,
             "runtime_defaults"_a, "end_ids"_a.none(), "token_texts"_a.none(),
             "server_defaults"_a, "loader"_a, "backend"_a, "section"_a,
             "For import_settings.");
  module.def(
      "export_engines", [] { return ToStrings(importers::ExportEngines()); },
      "The engines that export_settings writes for.");
  module.def("_export", &Export, "engine"_a, "config"_a, "token_texts"_a.none(),
             "For export_settings.");
}

}  // namespace sampler::python
