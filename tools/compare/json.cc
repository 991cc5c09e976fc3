// The report as JSON and CSV.

#include "nlohmann/json.hpp"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/config/printed.h"
#include "sampler/row_status.h"
#include "tools/compare/report.h"
#include "tools/compare/trainer/print.h"
#include "tools/process/interrupt.h"

namespace sampler::tools {
namespace {

Json IntervalJson(const Interval& interval) {
  if (std::isnan(interval.low)) return nullptr;
  return {Number(interval.low), Number(interval.high)};
}

// The ends of a range: null, where there is none on that side.
Json RangeJson(const Range& range) {
  return {Number(range.low), Number(range.high)};
}

Json MeasuredJson(const Measured& measured) {
  return {{"value", Number(measured.value)},
          {"uncertainty", Number(measured.uncertainty)}};
}

Json KlJson(const KlReport& kl) {
  Json json = {{"base", "a"},
               {"tokens", kl.rows},
               {"censored", kl.censored},
               {"ppl_q", MeasuredJson(kl.ppl)},
               {"ppl_base", MeasuredJson(kl.ppl_base)},
               {"ppl_correlation", Number(kl.correlation)},
               {"ln_ppl_ratio", MeasuredJson(kl.ln_ratio)},
               {"ppl_ratio", MeasuredJson(kl.ratio)},
               {"ppl_difference", MeasuredJson(kl.difference)},
               {"mean_kld", MeasuredJson(kl.kld)},
               {"mean_kld_interval", IntervalJson(kl.kld_interval)}};
  for (const Percentile& p : kl.klds) {
    json[absl::StrCat("kld_", p.key)] = Number(p.value);
  }
  json["mean_dp"] = MeasuredJson(kl.dp);
  for (const Percentile& p : kl.dps) {
    json[absl::StrCat("dp_", p.key)] = Number(p.value);
  }
  json.update({{"rms_dp", MeasuredJson(kl.rms_dp)},
               {"same_top_p", MeasuredJson(kl.same_top)},
               {"top1_agreement", Number(kl.same_top.value)},
               {"cvar95", Number(kl.cvar95)},
               {"max_mean_kld", Number(kl.max_mean_kld)}});
  return json;
}

Json SideJson(const CompareReport& report, std::size_t s) {
  const Side& side = report.sides[s];
  const logs::LogDescription& log = side.log.description();
  const Totals& totals = report.totals;
  return {{"path", report.paths[s]},
          {"format", std::string(logs::FormatName(log.format))},
          {"rows", log.rows},
          {"vocabulary_size", log.vocabulary_size},
          {"partial", log.partial()},
          {"chain", std::string(ChainText(side.chain.config))},
          {"config", Json::parse(ToPrintedJson(side.chain.config))},
          {"ties", std::string(TieRule(side.chain.config))},
          {"not_ok", totals.not_ok(s)},
          {"undecided", totals.undecided(s)},
          {"ends", totals.ends(s)},
          {"bounded", totals.bounded(s)},
          {"rank_histogram", RankHistogramJson(totals.ranks(s))},
          {"rank_unknown", totals.ranks(s).unknown()}};
}

Json MetricsJson(const CompareReport& report) {
  Json json = Json::object();
  for (std::size_t m = 0; m < report.side.size(); ++m) {
    const SideEstimate& e = report.side[m];
    const std::string absent = AbsenceOf(report, m);
    Json metric = {{"a", Number(e.a)},
                   {"b", Number(e.b)},
                   {"diff", Number(e.difference)},
                   {"interval", IntervalJson(e.interval)},
                   {"rows", e.rows}};
    if (e.is_range()) {
      metric["bounds"] = {{"rows", e.bounded},
                          {"a", RangeJson(e.ends[0])},
                          {"b", RangeJson(e.ends[1])},
                          {"diff", RangeJson(e.ends[2])}};
    }
    if (!absent.empty()) metric["absent"] = absent;
    json[SideMetrics()[m].name] = std::move(metric);
  }
  return json;
}

Json PairJson(const CompareReport& report) {
  Json json = Json::object();
  for (std::size_t m = 0; m < report.pair.size(); ++m) {
    const PairEstimate& e = report.pair[m];
    const std::string absent = PairAbsenceOf(report, m);
    Json metric = {{"value", Number(e.value)},
                   {"interval", IntervalJson(e.interval)},
                   {"rows", e.rows},
                   {"infinite", e.infinite}};
    if (e.is_range()) {
      metric["bounds"] = {{"rows", e.bounded}, {"value", RangeJson(e.ends)}};
    }
    if (!absent.empty()) metric["absent"] = absent;
    json[PairMetrics()[m].name] = std::move(metric);
  }
  return json;
}

Json WorstJson(const CompareReport& report) {
  Json json = Json::array();
  for (const WorstRow& worst : report.worst) {
    Json row = RowPairJson(worst.row);
    row["explain"] = {worst.commands[0], worst.commands[1]};
    json.push_back(std::move(row));
  }
  return json;
}

Json GatesJson(const CompareReport& report) {
  Json json = Json::array();
  for (const GateResult& result : report.gates) {
    json.push_back({{"gate", result.gate.text},
                    {"name", result.gate.name},
                    {"value", Number(result.value)},
                    {"bound", Number(result.gate.bound)},
                    {"failed", result.failed}});
  }
  return json;
}

std::string CsvNumber(double x) { return Digits(x); }

// A number, or null and its ends beside it: "kept_bounds".
void SetEnds(const Range& ends, const std::string& name, Json& json) {
  const bool exact = ends.exact() || std::isnan(ends.low);
  json[name] = exact ? Number(ends.low) : Json(nullptr);
  if (!exact) json[name + "_bounds"] = RangeJson(ends);
}

// The two rows of a metric that is known as a range.
std::string CsvEnds(const std::string& name, const std::array<Range, 3>& ends,
                    std::int64_t rows) {
  std::string text;
  for (const bool least : {true, false}) {
    const auto end = [&](std::size_t i) {
      return CsvNumber(least ? ends[i].low : ends[i].high);
    };
    absl::StrAppend(&text, name, least ? ".least," : ".most,", end(0), ",",
                    end(1), ",", end(2), ",,,", rows, "\n");
  }
  return text;
}

}  // namespace

Json CompareHeadJson(const CompareReport& report) {
  const PairOptions& options = report.options;
  return {{"schema", "sampler.compare/1"},
          {"tool_version", std::string(kVersion)},
          {"a", SideJson(report, 0)},
          {"b", SideJson(report, 1)},
          {"selection",
           {{"rows", {options.rows.first, options.rows.end}},
            {"every", options.rows.every}}},
          {"seed", options.run.SeedFor(report.sides[0].chain.config)},
          {"epsilon", Number(options.epsilon)},
          {"teacher_forced", true}};
}

Json RowPairJson(const RowPair& row) {
  const auto id = [](TokenId token) {
    return token < 0 ? Json(nullptr) : Json(token);
  };
  Json json = {{"row", row.place.row},
               {"seq", row.place.sequence},
               {"pos", row.place.position},
               {"target", id(row.target)}};
  for (std::size_t s = 0; s < 2; ++s) {
    const SideRow& side = row.sides[s];
    const MetricRow<SideColumn>& values = side.values;
    json[s == 0 ? "a" : "b"] = {
        {"status", std::string(RowStatusName(side.status))},
        {"token", id(side.token)},
        {"kept", nullptr},
        {"kept_mass", nullptr},
        {"entropy", nullptr},
        {"nll", nullptr},
        {"basis", !side.decided && !side.ends ? "no"
                  : side.bounded || side.ends ? "bounded"
                                              : "exact"}};
    Json& fields = json[s == 0 ? "a" : "b"];
    for (const auto& [name, column] : {std::pair{"kept", SideColumn::kKept},
                                       {"kept_mass", SideColumn::kKeptMass},
                                       {"entropy", SideColumn::kEntropy},
                                       {"nll", SideColumn::kNll}}) {
      SetEnds({values[column], side.highs[column]}, name, fields);
    }
  }
  for (const PairMetric& metric : PairMetrics()) {
    SetEnds({row.pair[metric.column], row.pair_highs[metric.column]},
            metric.name, json);
  }
  if (row.trainer) json["trainer"] = TrainerRowJson(*row.trainer);
  if (row.kl) {
    json.update({{"kld", Number(row.kl->kld)},
                 {"dp", Number(row.kl->p_diff)},
                 {"same_top", row.kl->same_top}});
  }
  return json;
}

Json CompareJson(const CompareReport& report) {
  Json json = CompareHeadJson(report);
  const bool intervals =
      report.totals.sequences() >= static_cast<std::int64_t>(kFewestSequences);
  json.update({{"rows", report.totals.rows()},
               {"compared", report.totals.compared()},
               {"sequences", report.totals.sequences()},
               {"bootstrap", intervals ? Json{{"unit", "sequence"},
                                              {"resamples", kResamples},
                                              {"seed", kResampleSeed}}
                                       : Json(nullptr)},
               {"metrics", MetricsJson(report)},
               {"pair", PairJson(report)},
               {"kl", report.kl ? KlJson(*report.kl) : Json(nullptr)}});
  if (!report.kl_absent.empty()) json["kl_absent"] = report.kl_absent;
  if (report.trainer) {
    json["trainer"] = TrainerJson(*report.trainer, report.trainer_options);
  }
  json.update({{"worst_by", report.worst_by},
               {"worst", WorstJson(report)},
               {"gates", GatesJson(report)},
               {"warnings", report.warnings}});
  if (Interrupted()) json["interrupted"] = true;
  return json;
}

std::string CompareCsv(const CompareReport& report) {
  std::string text = "metric,a,b,diff,low,high,rows\n";
  for (std::size_t m = 0; m < report.side.size(); ++m) {
    const SideEstimate& e = report.side[m];
    absl::StrAppend(&text, SideMetrics()[m].name, ",", CsvNumber(e.a), ",",
                    CsvNumber(e.b), ",", CsvNumber(e.difference), ",",
                    CsvNumber(e.interval.low), ",", CsvNumber(e.interval.high),
                    ",", e.rows, "\n");
    if (e.is_range()) text += CsvEnds(SideMetrics()[m].name, e.ends, e.rows);
  }
  for (std::size_t m = 0; m < report.pair.size(); ++m) {
    const PairEstimate& e = report.pair[m];
    absl::StrAppend(&text, PairMetrics()[m].name, ",,,", CsvNumber(e.value),
                    ",", CsvNumber(e.interval.low), ",",
                    CsvNumber(e.interval.high), ",", e.rows, "\n");
    constexpr Range kNone = {Interval::kNone, Interval::kNone};
    if (e.is_range()) {
      text += CsvEnds(PairMetrics()[m].name, {kNone, kNone, e.ends}, e.rows);
    }
  }
  std::map<std::string, double> values = ReportValues(report);
  for (const auto& [name, value] : values) {
    if (name.rfind("trainer.", 0) != 0) continue;
    absl::StrAppend(&text, name, ",,,", CsvNumber(value), ",,,",
                    report.trainer->tokens, "\n");
  }
  if (!report.kl) return text;
  for (const char* name :
       {"ppl_q",      "ppl_base",       "ppl_correlation", "ln_ppl_ratio",
        "ppl_ratio",  "ppl_difference", "mean_kld",        "kld_max",
        "kld_99_9",   "kld_99_0",       "kld_95_0",        "kld_90_0",
        "kld_median", "kld_10_0",       "kld_5_0",         "kld_1_0",
        "kld_0_1",    "kld_min",        "mean_dp",         "rms_dp",
        "same_top_p", "cvar95",         "max_mean_kld"}) {
    absl::StrAppend(&text, name, ",,,", CsvNumber(values[name]), ",,,",
                    report.kl->rows, "\n");
  }
  return text;
}

}  // namespace sampler::tools
