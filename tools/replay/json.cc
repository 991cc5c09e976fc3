// A replay as JSON: rows, header and summary as objects, and the two formats
// made of them.

#include "nlohmann/json.hpp"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/candidate.h"
#include "sampler/row_status.h"
#include "tools/process/interrupt.h"
#include "tools/replay/print.h"

namespace sampler::tools {
namespace {

Json Id(TokenId id) { return id < 0 ? Json(nullptr) : Json(id); }
Json Rank(std::int64_t rank) { return rank == 0 ? Json(nullptr) : Json(rank); }

// Where no phase is open, null.
Json PhaseJson(const std::string& phase) {
  return phase.empty() ? Json(nullptr) : Json(phase);
}

Json HeaderJson(const ReplayHeader& header) {
  const logs::LogDescription& log = header.log.description();
  const ReplayOptions& options = header.options;
  Json input = {{"path", header.path},
                {"format", std::string(logs::FormatName(log.format))},
                {"tensor", log.tensor},
                {"dtype", std::string(DTypeName(log.dtype))},
                {"vocabulary_size", log.vocabulary_size},
                {"rows", log.rows},
                {"expected_rows", log.expected_rows},
                {"sequences", header.log.sequences().size()},
                {"tokens", !header.log.tokens().empty()}};
  Json json = {{"schema", "sampler.replay/1"},
               {"tool_version", std::string(kVersion)},
               {"input", std::move(input)}};
  json.update(SettingsJson(header));
  json.update({{"history", UsesReplayedHistory(header.log, options) ? "replayed"
                                                                    : "logged"},
               {"selection", {options.rows.first, options.rows.end}},
               {"every", options.rows.every},
               {"ties", TiesText(header)},
               {"partial", log.partial()},
               {"teacher_forced", true}});
  return json;
}

// {"type": type, ...fields}.
std::string Event(const char* type, const Json& fields) {
  Json event = {{"type", type}};
  event.update(fields);
  return ToLine(event) + "\n";
}

class JsonLinesPrinter final : public ReplayPrinter {
 public:
  explicit JsonLinesPrinter(const ReplayHeader& header) : header_(header) {}

  void Begin() override { WriteNow(Event("begin", HeaderJson(header_))); }

  // Flushed row by row, so that an interrupted run leaves whole lines.
  void Row(const RowResult& row) override {
    WriteNow(Event("row", RowJson(header_, row)));
  }

  void End(const ReplaySummaries& summaries,
           const Warnings& warnings) override {
    for (const std::string& warning : warnings.all()) {
      WriteNow(Event("warning", {{"message", warning}}));
    }
    WriteNow(Event("summary", SummaryJson(header_, summaries, warnings)));
  }

 private:
  static void WriteNow(const std::string& line) {
    Write(line);
    std::fflush(stdout);
  }

  const ReplayHeader& header_;
};

// One document, written as it comes: a row a line inside "rows".
class JsonPrinter final : public ReplayPrinter {
 public:
  explicit JsonPrinter(const ReplayHeader& header) : header_(header) {}

  void Begin() override {
    std::string text = ToPages(HeaderJson(header_));
    text.resize(text.rfind("\n}"));
    Write(text + ",\n  \"rows\": [");
  }

  void Row(const RowResult& row) override {
    Write(absl::StrCat(std::exchange(first_, false) ? "\n    " : ",\n    ",
                       ToLine(RowJson(header_, row))));
  }

  void End(const ReplaySummaries& summaries,
           const Warnings& warnings) override {
    const Json tail = {{"summary", SummaryJson(header_, summaries, warnings)}};
    Write((first_ ? "],\n" : "\n  ],\n") + ToPages(tail).substr(2) + "\n");
  }

 private:
  const ReplayHeader& header_;
  bool first_ = true;
};

// Of all rows, or of those of a phase.
Json MetricsJson(const ReplayHeader& header, const ReplaySummary& summary) {
  Json status = Json::object();
  for (const RowStatus s : kAllRowStatuses) {
    // What a log can hold is always told; the rest where it happened.
    if (s > RowStatus::kNoCandidate && summary.rows_with(s) == 0) continue;
    status[std::string(RowStatusName(s))] = summary.rows_with(s);
  }
  Json absent = Json::object();
  for (const auto& [metric, reason] : AbsentMetrics(header, summary)) {
    absent[metric] = reason;
  }
  const bool any = summary.rows_with(RowStatus::kOk) > 0;
  const auto quantile = [&](double q) {
    return any ? Json(summary.kept_quantile(q)) : Json(nullptr);
  };
  Json kept = {{"mean", Number(summary.kept_mean())},
               {"p50", quantile(0.5)},
               {"p90", quantile(0.9)},
               {"p99", quantile(0.99)},
               {"max", quantile(1)},
               {"single", Number(summary.kept_single())}};
  return {{"rows", summary.rows()},
          {"status", std::move(status)},
          {"bounded", summary.inexact()},
          {"basis",
           {{"exact", summary.rows() - summary.inexact()},
            {"bounded", summary.inexact() - summary.unknown()},
            {"no", summary.unknown()}}},
          {"scored", summary.scored()},
          {"covered", summary.covered()},
          {"coverage", Number(summary.coverage())},
          {"nll_raw", Number(summary.nll_raw())},
          {"ppl_raw", Number(Exp(summary.nll_raw()))},
          {"nll_raw_covered", Number(summary.nll_raw_covered())},
          {"ppl_raw_covered", Number(Exp(summary.nll_raw_covered()))},
          {"nll", Number(summary.nll())},
          {"ppl", Number(Exp(summary.nll()))},
          {"kept", std::move(kept)},
          {"kept_mass", Number(summary.kept_mass())},
          {"entropy_raw", Number(summary.entropy_raw())},
          {"entropy", Number(summary.entropy())},
          {"same", Number(summary.same())},
          {"rank_histogram", RankHistogramJson(summary.ranks())},
          {"rank_unknown", summary.ranks().unknown()},
          {"absent", std::move(absent)}};
}

}  // namespace

Json RowJson(const ReplayHeader& header, const RowResult& row) {
  const auto text = [&](TokenId id) {
    return id < 0 || header.text.empty() ? Json(nullptr)
                                         : Json(header.text.Bytes(id));
  };
  const bool both = row.has_token() && row.has_target();
  const auto list = [&](const std::vector<TokenLogprob>& tokens) {
    Json json = Json::array();
    for (const TokenLogprob& token : tokens) {
      json.push_back({{"id", token.id},
                      {"text", text(token.id)},
                      {"logprob", Number(token.logprob)}});
    }
    return json;
  };
  Json json = {
      {"row", row.place.row},
      {"seq", row.place.sequence},
      {"pos", row.place.position},
      {"token", Id(row.token)},
      {"text", text(row.token)},
      {"logprob", Number(row.logprob)},
      {"raw_logprob", Number(row.raw_logprob)},
      {"raw_rank", Rank(row.raw_rank)},
      {"u", Number(row.u)},
      {"kept", row.kept},
      {"kept_mass", Number(row.kept_mass)},
      {"entropy_raw", Number(row.entropy_raw)},
      {"entropy", Number(row.entropy)},
      {"target", Id(row.target)},
      {"target_text", text(row.target)},
      {"target_logprob", Number(row.target_logprob)},
      {"target_raw_logprob", Number(row.target_raw_logprob)},
      {"target_rank", Rank(row.target_rank)},
      {"target_kept", row.has_target() ? Json(row.target_kept) : Json(nullptr)},
      {"same", both ? Json(row.token == row.target) : Json(nullptr)},
      {"status", std::string(RowStatusName(row.status))},
      {"basis", RowBasisName(row.basis)}};
  if (HasPhases(header.configs)) {
    json["phase"] = PhaseJson(row.phase.value_or(""));
  }
  if (header.options.top_logprobs > 0) {
    json["raw_top"] = list(row.raw_top);
    json["top"] = list(row.top);
  }
  return json;
}

Json SummaryJson(const ReplayHeader& header, const ReplaySummaries& summaries,
                 const Warnings& warnings) {
  Json json = MetricsJson(header, summaries.all());
  if (HasPhases(header.configs)) {
    Json parts = Json::array();
    for (const ReplaySummaries::OfPhase& part : summaries.by_phase()) {
      Json metrics = {{"phase", PhaseJson(part.phase)}};
      metrics.update(MetricsJson(header, part.summary));
      parts.push_back(std::move(metrics));
    }
    json["by_phase"] = std::move(parts);
  }
  json.update({{"chain", ChainsText(header)},
               {"seed", SettingsJson(header)["seed"]},
               {"teacher_forced", true},
               {"warnings", warnings.all()}});
  if (Interrupted()) json["interrupted"] = true;
  if (UsesReplayedHistory(header.log, header.options)) {
    Json divergences = Json::array();
    for (const RowPlace& place : summaries.all().divergences()) {
      divergences.push_back({{"row", place.row},
                             {"seq", place.sequence},
                             {"pos", place.position}});
    }
    json["first_divergence"] = std::move(divergences);
  }
  return json;
}

std::unique_ptr<ReplayPrinter> MakeReplayJson(const ReplayHeader& header) {
  return std::make_unique<JsonPrinter>(header);
}

std::unique_ptr<ReplayPrinter> MakeReplayJsonLines(const ReplayHeader& header) {
  return std::make_unique<JsonLinesPrinter>(header);
}

}  // namespace sampler::tools
