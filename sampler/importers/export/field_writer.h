// Turns the stages of a config into an engine's fields. Internal to the
// exporter.
//
// It writes what it can: a stage that the engine does not have leaves no field.
// What that loses is found by importing the fields again (round_trip.h).
//
// Thread-safety: one thread at a time.
// Tested by: tests/importers/exporter_test.cc,
//   tests/importers/vllm_export_test.cc.

#ifndef SAMPLER_IMPORTERS_EXPORT_FIELD_WRITER_H_
#define SAMPLER_IMPORTERS_EXPORT_FIELD_WRITER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "sampler/importers/export/engine.h"
#include "sampler/importers/token_texts.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// The fields that each stage became, by StageText of the Complete stage.
using StageFieldNames = std::map<std::string, std::string>;

class FieldWriter {
 public:
  // `texts` may be null: without a vocabulary some fields cannot be written.
  FieldWriter(const ExportEngine& engine, const TokenTexts* texts)
      : engine_(engine), texts_(texts) {}

  // The fields of a config. REQUIRES: it is called once.
  Value::Object Write(const PipelineConfig& config);

  // Of Write.
  const StageFieldNames& names() const { return names_; }

 private:
  // Sets a field, unless it is set.
  void Set(absl::string_view field, Value value);

  // What is written where no stage says otherwise.
  void WriteRest(bool greedy);

  void WriteStage(const StageConfig& stage, const PipelineConfig& config);
  void WriteRow(const StageFields& row, const StageConfig& stage);
  void WriteDynamic(const StageConfig& stage);
  void WriteForced(const StageConfig& stage);
  void WriteForcedIds(const StageConfig& stage);
  void WriteWords(const StageConfig& stage);
  void WriteDecay(const StageConfig& stage);
  void WriteBias(const Value::Object& biases);
  void WriteBudget(const StageConfig& stage, const PipelineConfig& config);
  void WriteOrder(bool greedy);

  // A step as the engine's order has it: its name or its number.
  Value StepValue(absl::string_view step) const;

  const ExportEngine& engine_;
  const TokenTexts* texts_;
  Value::Object fields_;
  std::vector<absl::string_view> steps_;
  StageFieldNames names_;
};

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_EXPORT_FIELD_WRITER_H_
