// A verification as JSON, and its rows as JSON and CSV.

#include "nlohmann/json.hpp"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/numeric.h"
#include "tools/verify/report.h"
#include "tools/verify/uniformity.h"

namespace sampler::tools {
namespace {

constexpr double kLog10 = 2.30258509299404568402;

Json PlaceJson(const RowPlace& place) {
  return {{"row", place.row}, {"seq", place.sequence}, {"pos", place.position}};
}

// An e-value by its logarithm: it may be beyond every double.
Json LogJson(double log) {
  if (std::isinf(log) && log > 0) return "infinite";
  return Number(log / kLog10);
}

Json BasesJson(const VerifySummary::Bases& bases) {
  return {{"exact", bases[0]}, {"bounded", bases[1]}, {"unknowable", bases[2]}};
}

Json SummaryFields(const VerifyReport& report) {
  const VerifySummary& summary = report.summary;
  const ShiftedMatch shift = summary.BestShift();
  Json json = {{"rows", summary.rows()},
               {"skipped", summary.skipped()},
               {"total_tokens", summary.total_tokens()},
               {"exact_match_rate", Number(summary.exact_match_rate())},
               {"avg_prob", Number(summary.avg_prob())},
               {"avg_margin", Number(summary.avg_margin())},
               {"infinite_margin_rate", Number(summary.infinite_margin_rate())},
               {"avg_logit_rank", Number(summary.avg_logit_rank())},
               {"avg_gumbel_rank", Number(summary.avg_gumbel_rank())},
               {"avg_gls", Number(summary.avg_gls())},
               {"avg_cgs", Number(summary.avg_cgs())},
               {"fssl",
                {{"safe", summary.fssl_count(FsslWord::kSafe)},
                 {"suspicious", summary.fssl_count(FsslWord::kSuspicious)},
                 {"dangerous", summary.fssl_count(FsslWord::kDangerous)}}},
               {"impossible_count", summary.impossible_count()},
               {"borderline_count", summary.borderline_count()},
               {"tie_count", summary.tie_count()},
               {"tied_mismatches", summary.tied_mismatches()}};
  const auto& mismatches = summary.first_mismatches();
  json["first_mismatch"] =
      mismatches.empty() ? Json(nullptr) : PlaceJson(mismatches[0].place);
  json["best_shift"] = {{"shift", shift.shift}, {"rate", Number(shift.rate)}};
  json["basis"] = {{"exact_match", BasesJson(summary.match_bases())},
                   {"prob", BasesJson(summary.prob_bases())},
                   {"logit_rank", BasesJson(summary.rank_bases())}};
  return json;
}

Json UniformityJson(const VerifySummary& summary) {
  const double t = CramerVonMises(summary.percentiles());
  return {{"test", "Cramer-von Mises of the percentiles"},
          {"tokens", summary.percentiles().size()},
          {"statistic", Number(t)},
          {"p_value",
           std::isnan(t) ? Json(nullptr) : Number(CramerVonMisesTail(t))}};
}

Json TrackingJson(const LogprobTracking& lt) {
  if (!lt.absent.empty()) return {{"absent", lt.absent}};
  return {{"test", "mean absolute difference of logprobs, permuted"},
          {"before", lt.before},
          {"after", lt.after},
          {"tokens", lt.tokens},
          {"statistic", Number(lt.statistic)},
          {"p_value", Number(lt.p_value)},
          {"divisions", lt.divisions},
          {"all_divisions", lt.all_divisions}};
}

Json SuspectsJson(const Suspects& suspects) {
  return {{"best_seed_offset", suspects.best_seed_offset},
          {"best_seed_rate", Number(suspects.best_seed_rate)},
          {"shared_noise_suspected", suspects.shared_noise_suspected},
          {"own_rate", Number(suspects.own_rate)},
          {"shared_rate", Number(suspects.shared_rate)}};
}

Json NearestJson(const VerifyReport& report, const NearestChain& nearest) {
  Json json = {{"removed_by", nearest.removed_by}};
  json["nearest_chain"] =
      nearest.chain.has_value()
          ? Json(NearestText(report.header.configs.configs[0], *nearest.chain))
          : Json(nullptr);
  return json;
}

struct CsvColumn {
  const char* name;
  std::string (*text)(const TokenCheck& check);
};

std::string Flag(bool flag) { return flag ? "true" : "false"; }

const std::vector<CsvColumn>& CsvColumns() {
  static const auto& fields = *new std::vector<CsvColumn>{
      {"claimed", [](const TokenCheck& c) { return absl::StrCat(c.claimed); }},
      {"replayed",
       [](const TokenCheck& c) { return absl::StrCat(c.replayed); }},
      {"exact_match",
       [](const TokenCheck& c) {
         return c.decided() ? Flag(c.exact_match) : "";
       }},
      {"removed",
       [](const TokenCheck& c) { return c.decided() ? Flag(c.removed) : ""; }},
      {"prob", [](const TokenCheck& c) { return Digits(c.prob); }},
      {"margin", [](const TokenCheck& c) { return Digits(c.margin); }},
      {"logit_rank", [](const TokenCheck& c) { return Digits(c.logit_rank); }},
      {"gumbel_rank",
       [](const TokenCheck& c) { return Digits(c.gumbel_rank); }},
      {"gls", [](const TokenCheck& c) { return Digits(c.gls); }},
      {"cgs", [](const TokenCheck& c) { return Digits(c.cgs); }},
      {"percentile", [](const TokenCheck& c) { return Digits(c.percentile); }},
      {"boundary", [](const TokenCheck& c) { return Digits(c.boundary); }},
      {"u", [](const TokenCheck& c) { return Digits(c.u); }},
      {"low", [](const TokenCheck& c) { return Digits(c.low); }},
      {"high", [](const TokenCheck& c) { return Digits(c.high); }},
      {"ties", [](const TokenCheck& c) { return absl::StrCat(c.ties); }},
      {"match_basis",
       [](const TokenCheck& c) {
         return std::string(BasisName(c.match_basis));
       }},
      {"prob_basis",
       [](const TokenCheck& c) {
         return std::string(BasisName(c.prob_basis));
       }},
      {"rank_basis",
       [](const TokenCheck& c) {
         return std::string(BasisName(c.rank_basis));
       }},
      {"fssl", [](const TokenCheck& c) {
         return std::string(c.fssl ? FsslName(*c.fssl) : "");
       }}};
  return fields;
}

}  // namespace

Json VerifyHeadJson(const ReplayHeader& header, Claim claim,
                    const Tolerance& tolerance, const CheckOptions& check,
                    double alpha) {
  Json json = {{"schema", "sampler.verify/1"},
               {"tool_version", std::string(kVersion)},
               {"input",
                {{"path", header.path},
                 {"rows", header.log.rows()},
                 {"vocabulary_size", header.log.vocabulary_size()},
                 {"partial", header.log.description().partial()}}}};
  json.update(SettingsJson(header));
  const DrawKind kind = DrawKindOf(header.configs.configs[0]);
  json.update(
      {{"draw_rule", DrawKindName(kind.by)},
       {"margin_unit", kind.by == DrawKind::By::kMass ? "probability"
                       : kind.one_temperature         ? "logits of the row"
                                                      : "scaled logits"},
       {"ties", TiesText(header)},
       {"claim", claim == Claim::kSeed ? "seed" : "law"},
       {"tolerance",
        {{"margin", Number(tolerance.margin)},
         {"min_match", Number(1.0 - tolerance.mismatch_rate)},
         {"sigma", Number(tolerance.sigma)}}},
       {"sigma", Number(check.sigma)},
       {"fssl",
        {{"score", Number(check.fssl.score)}, {"rank", check.fssl.rank}}},
       {"percentile_seed", check.percentile_seed},
       {"alpha", Number(alpha)},
       {"teacher_forced", true}});
  return json;
}

Json TokenCheckJson(const ReplayHeader& header, const RowPlace& place,
                    const TokenCheck* check) {
  Json json = PlaceJson(place);
  if (check == nullptr) {
    json["skipped"] = true;
    return json;
  }
  const auto text = [&](TokenId id) {
    return header.text.empty() ? Json(nullptr) : Json(header.text.Bytes(id));
  };
  const auto decided = [&](bool flag) {
    return check->decided() ? Json(flag) : Json(nullptr);
  };
  json.update(
      {{"claimed", check->claimed},
       {"claimed_text", text(check->claimed)},
       {"replayed", check->replayed},
       {"replayed_text", text(check->replayed)},
       {"exact_match", decided(check->exact_match)},
       {"removed", decided(check->removed)},
       {"prob", Number(check->prob)},
       {"margin", Number(check->margin)},
       {"logit_rank", Number(check->logit_rank)},
       {"gumbel_rank", Number(check->gumbel_rank)},
       {"gls", Number(check->gls)},
       {"cgs", Number(check->cgs)},
       {"fssl", check->fssl ? Json(FsslName(*check->fssl)) : Json(nullptr)},
       {"percentile", Number(check->percentile)},
       {"boundary", Number(check->boundary)},
       {"u", Number(check->u)},
       {"low", Number(check->low)},
       {"high", Number(check->high)},
       {"ties", check->ties},
       {"basis",
        {{"exact_match", BasisName(check->match_basis)},
         {"prob", BasisName(check->prob_basis)},
         {"logit_rank", BasisName(check->rank_basis)}}}});
  return json;
}

Json VerifyJson(const VerifyReport& report) {
  const Evidence& evidence = report.evidence;
  Json json = VerifyHeadJson(report.header, report.claim, report.tolerance,
                             report.check, report.alpha);
  const double highest = evidence.highest_log_e();
  json["verdict"] = {
      {"refuted", evidence.refuted()},
      {"word", VerdictWord(report)},
      {"log10_e_value", LogJson(evidence.log_e())},
      {"log10_highest_e_value", LogJson(highest)},
      {"p_value", Number(std::isinf(highest) ? 0.0 : Exp(-highest))},
      {"refuted_at",
       evidence.refuted() ? PlaceJson(*evidence.refuted_at()) : Json(nullptr)},
      {"tokens", evidence.tokens()},
      {"tokens_to_refute",
       evidence.refuted() ? Json(evidence.tokens_to_refute()) : Json(nullptr)}};
  json["summary"] = SummaryFields(report);
  json["rut"] = UniformityJson(report.summary);
  json["lt"] = report.tracking ? TrackingJson(*report.tracking) : Json(nullptr);
  json["suspects"] =
      report.suspects ? SuspectsJson(*report.suspects) : Json(nullptr);
  json["first_impossible"] =
      report.nearest ? NearestJson(report, *report.nearest) : Json(nullptr);
  Json mismatches = Json::array();
  for (const Mismatch& mismatch : report.summary.first_mismatches()) {
    mismatches.push_back(
        TokenCheckJson(report.header, mismatch.place, mismatch.check.get()));
  }
  json["mismatches"] = std::move(mismatches);
  json["warnings"] = report.warnings.all();
  return json;
}

std::string TokenCheckCsvHead() {
  std::string line = "row,seq,pos";
  for (const CsvColumn& field : CsvColumns()) {
    absl::StrAppend(&line, ",", field.name);
  }
  return line + "\n";
}

std::string TokenCheckCsv(const RowPlace& place, const TokenCheck* check) {
  std::string line =
      absl::StrCat(place.row, ",", place.sequence, ",", place.position);
  for (const CsvColumn& field : CsvColumns()) {
    absl::StrAppend(&line, ",", check == nullptr ? "" : field.text(*check));
  }
  return line + "\n";
}

}  // namespace sampler::tools
