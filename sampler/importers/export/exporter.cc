#include "sampler/importers/exporter.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/export/engine.h"
#include "sampler/importers/importer.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/spelling.h"
#include "sampler/stages/registry.h"

namespace sampler::importers {
namespace {

// The stage with every default written out.
StageConfig Complete(const StageConfig& stage) {
  StageConfig complete = stage;
  const StageType* type = BuiltInStages().Find(stage.type);
  if (type == nullptr) return complete;
  for (const Parameter& parameter : type->parameters) {
    const std::string name(parameter.name());
    Value& value = complete.parameters[name];
    if (value.is_null() && parameter.default_value().has_value()) {
      value = *parameter.default_value();
    }
    if (value.is_null() && parameter.kind() == ParameterKind::kChoice) {
      value = std::string(parameter.choices().front());
    }
    if (value.is_null()) complete.parameters.erase(name);
  }
  return complete;
}

// The same with numbers as reals, so that two ways of writing a stage are
// equal.
StageConfig Comparable(const StageConfig& stage) {
  StageConfig comparable = Complete(stage);
  for (auto& [name, value] : comparable.parameters) {
    if (value.integer() != nullptr) {
      value = static_cast<double>(*value.integer());
    }
  }
  return comparable;
}

// The decimal number that was meant: without the last digits, which sums and
// differences change.
double Rounded(double x) {
  double rounded = x;
  return absl::SimpleAtod(absl::StrFormat("%.15g", x), &rounded) ? rounded : x;
}

double RealOf(const Value& value) {
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  return value.real() != nullptr ? *value.real() : 0.0;
}

const Value& ParameterOf(const StageConfig& stage, absl::string_view name) {
  static const Value& null = *new Value();
  const auto at = stage.parameters.find(std::string(name));
  return at == stage.parameters.end() ? null : at->second;
}

// Turns stages into fields of an engine.
class FieldWriter {
 public:
  explicit FieldWriter(const ExportEngine& engine) : engine_(engine) {}

  Value::Object Write(const PipelineConfig& config) {
    bool own = !engine_.own.type.empty();
    bool greedy = false;
    for (const StageConfig& stage : config.stages) {
      if (own && Comparable(stage) == Comparable(engine_.own)) {
        own = false;  // The engine runs it by itself.
        continue;
      }
      greedy |= stage.type == "greedy";
      WriteStage(Complete(stage));
    }
    for (const auto& [field, value] :
         greedy ? engine_.greedy : engine_.sampling) {
      if (greedy) fields_[std::string(field)] = value;
      fields_.emplace(std::string(field), value);
    }
    if (!greedy || engine_.sampling.empty()) {
      for (const auto& [field, value] : engine_.neutral) {
        fields_.emplace(std::string(field), value);
      }
    }
    if (!engine_.order.empty()) WriteOrder(greedy);
    if (config.seed.has_value() && !engine_.seed.empty()) {
      fields_[std::string(engine_.seed)] = Value(*config.seed);
    }
    return std::move(fields_);
  }

  // The fields that a stage became.
  const std::map<std::string, std::string>& names() const { return names_; }

 private:
  void Set(absl::string_view field, Value value) {
    fields_.emplace(std::string(field), std::move(value));
  }

  void WriteStage(const StageConfig& stage) {
    if (stage.type == "logit_bias" && !engine_.bias.empty()) {
      WriteBias(*ParameterOf(stage, "bias").object());
      return;
    }
    for (const StageFields& row : engine_.stages) {
      if (row.stage == stage.type) WriteRow(row, stage);
    }
  }

  void WriteRow(const StageFields& row, const StageConfig& stage) {
    std::vector<std::string> names;
    for (const ParameterField& field : row.fields) {
      const Value& value = ParameterOf(stage, field.parameter);
      if (value.is_null() && field.absent.is_null()) continue;
      names.emplace_back(field.field);
      const bool scaled = row.scale != 1 && !value.is_null();
      Set(field.field, scaled            ? Value(RealOf(value) / row.scale)
                       : value.is_null() ? field.absent
                                         : value);
    }
    if (stage.type == "dynamic_temperature") WriteDynamic(stage);
    // Its own breakers are texts; here there are none, or ids.
    if (stage.type == "dry") Set("dry_sequence_breakers", Value::List{});
    names_[StageText(stage)] = absl::StrJoin(names, ", ");
    if (!row.step.empty() && (steps_.empty() || steps_.back() != row.step)) {
      steps_.push_back(row.step);
    }
  }

  void WriteDynamic(const StageConfig& stage) {
    const double low = RealOf(ParameterOf(stage, "low"));
    const double high = RealOf(ParameterOf(stage, "high"));
    if (engine_.range.empty()) {
      Set("dynamic_temperature", true);
      return;
    }
    Set("temperature", Rounded((low + high) / 2));
    Set(engine_.range, Rounded((high - low) / 2));
  }

  void WriteBias(const Value::Object& biases) {
    if (!engine_.bias_pairs) {
      Value::Object map = biases;
      for (auto& [id, bias] : map) {
        if (bias.boolean() != nullptr) bias = -100;  // The least there is.
      }
      Set(engine_.bias, std::move(map));
      return;
    }
    Value::List pairs;
    for (const auto& [id, bias] : biases) {
      std::int64_t token = 0;
      if (absl::SimpleAtoi(id, &token)) {
        pairs.emplace_back(Value::List{token, bias});
      }
    }
    Set(engine_.bias, std::move(pairs));
  }

  void WriteOrder(bool greedy) {
    Value::List order;
    for (const absl::string_view step : steps_) {
      if (engine_.steps_by_number.empty()) {
        order.emplace_back(std::string(step));
        continue;
      }
      const auto at = std::find(engine_.steps_by_number.begin(),
                                engine_.steps_by_number.end(), step);
      order.emplace_back(at - engine_.steps_by_number.begin());
    }
    if (greedy && engine_.greedy.front().first == "temperature") {
      const auto at = std::find(engine_.steps_by_number.begin(),
                                engine_.steps_by_number.end(), "temperature");
      order.emplace_back(engine_.steps_by_number.empty()
                             ? Value("temperature")
                             : Value(at - engine_.steps_by_number.begin()));
    }
    Set(engine_.order, std::move(order));
  }

  const ExportEngine& engine_;
  Value::Object fields_;
  std::vector<absl::string_view> steps_;
  std::map<std::string, std::string> names_;
};

// Which stages of `wanted` stand in `found`, in order: the longest common
// subsequence. found_at[i]: the place of the i-th wanted one, or -1.
std::vector<std::ptrdiff_t> Match(const std::vector<StageConfig>& wanted,
                                  const std::vector<StageConfig>& found) {
  const std::size_t n = wanted.size();
  const std::size_t m = found.size();
  std::vector<std::vector<std::size_t>> longest(
      n + 1, std::vector<std::size_t>(m + 1, 0));
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = m; j-- > 0;) {
      longest[i][j] = wanted[i] == found[j]
                          ? 1 + longest[i + 1][j + 1]
                          : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  std::vector<std::ptrdiff_t> at(n, -1);
  for (std::size_t i = 0, j = 0; i < n && j < m;) {
    if (wanted[i] == found[j]) {
      at[i++] = static_cast<std::ptrdiff_t>(j++);
    } else if (longest[i + 1][j] >= longest[i][j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return at;
}

std::vector<StageConfig> ComparableStages(const PipelineConfig& config) {
  std::vector<StageConfig> stages;
  for (const StageConfig& stage : config.stages) {
    stages.push_back(Comparable(stage));
  }
  return stages;
}

void AddLost(std::string stage, std::string effect, ExportReport& report) {
  ++report.lost;
  report.entries.push_back(
      {std::move(stage), Outcome::kLost, std::move(effect)});
}

// Why a stage does not come back as it is.
absl::string_view WhyLost(const StageConfig& stage) {
  if (stage.type == "greedy") {
    return "written as temperature 0: the same choice, by another chain";
  }
  if (stage.type == "categorical" || stage.type == "gumbel_max") {
    return "the law of the draw is the same, its use of random numbers is the "
           "engine's own";
  }
  return "the engine cannot express it";
}

// Compares the config with what the engine would run.
void Compare(const PipelineConfig& config, const PipelineConfig& run,
             const std::map<std::string, std::string>& names,
             ExportReport& report) {
  const std::vector<StageConfig> wanted = ComparableStages(config);
  const std::vector<StageConfig> found = ComparableStages(run);
  const std::vector<std::ptrdiff_t> at = Match(wanted, found);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto name = names.find(StageText(Complete(config.stages[i])));
    std::string stage = StageText(config.stages[i]);
    if (at[i] >= 0) {
      report.entries.push_back({std::move(stage), Outcome::kApplied,
                                name == names.end() || name->second.empty()
                                    ? "the engine's own way"
                                    : name->second});
    } else {
      AddLost(std::move(stage), std::string(WhyLost(config.stages[i])), report);
    }
  }
  for (std::size_t j = 0; j < found.size(); ++j) {
    if (std::find(at.begin(), at.end(), static_cast<std::ptrdiff_t>(j)) !=
        at.end()) {
      continue;
    }
    AddLost("(engine)",
            absl::StrCat("it runs ", StageText(run.stages[j]), " instead"),
            report);
  }
  if (config.seed != run.seed) {
    AddLost("seed",
            run.seed.has_value() ? absl::StrCat("it takes ", *run.seed)
                                 : "the engine takes none",
            report);
  }
}

}  // namespace

std::vector<absl::string_view> ExportEngines() {
  std::vector<absl::string_view> names;
  for (const ExportEngine& engine : ExportEngineTable()) {
    names.push_back(engine.name);
  }
  return names;
}

absl::StatusOr<Exported> Export(absl::string_view engine_name,
                                const PipelineConfig& config) {
  const std::vector<ExportEngine>& engines = ExportEngineTable();
  const auto engine = std::find_if(
      engines.begin(), engines.end(),
      [&](const ExportEngine& e) { return e.name == engine_name; });
  if (engine == engines.end()) {
    return absl::NotFoundError(
        UnknownName("engine", engine_name, ExportEngines()));
  }
  const std::vector<Problem> problems = CheckConfig(config);
  if (!problems.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(problems.front().pointer, ": ", problems.front().message));
  }
  FieldWriter writer(*engine);
  Exported exported;
  exported.text = WriteFields(*engine, writer.Write(config));
  exported.report.engine = std::string(FindRuntime(engine->importer)->version);
  const bool parity = config.rng == Rng::kLlamaCpp;
  ImportReport import_report;
  const absl::StatusOr<Imported> again = Import(
      engine->importer, exported.text,
      {.parity = parity && engine->importer == "llama.cpp"}, &import_report);
  if (!again.ok()) {
    AddLost(
        "(engine)",
        absl::StrCat("it refuses these settings: ", again.status().message()),
        exported.report);
    return exported;
  }
  Compare(config, again->config, writer.names(), exported.report);
  if (parity && engine->importer != "llama.cpp") {
    AddLost("rng", "llama.cpp's random numbers are its own", exported.report);
  }
  return exported;
}

}  // namespace sampler::importers
