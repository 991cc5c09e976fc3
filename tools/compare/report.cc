// The numbers of a report by name, and why some are absent.

#include "tools/compare/report.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/compare/trainer/print.h"

namespace sampler::tools {
namespace {

void AddKl(const KlReport& kl, std::map<std::string, double>& values) {
  values["ppl_q"] = kl.ppl.value;
  values["ppl_base"] = kl.ppl_base.value;
  values["ppl_correlation"] = kl.correlation;
  values["ln_ppl_ratio"] = kl.ln_ratio.value;
  values["ppl_ratio"] = kl.ratio.value;
  values["ppl_difference"] = kl.difference.value;
  values["mean_kld"] = kl.kld.value;
  values["mean_kld.lo"] = kl.kld_interval.low;
  values["mean_kld.hi"] = kl.kld_interval.high;
  for (const Percentile& p : kl.klds) {
    values[absl::StrCat("kld_", p.key)] = p.value;
  }
  values["mean_dp"] = kl.dp.value;
  for (const Percentile& p : kl.dps) {
    values[absl::StrCat("dp_", p.key)] = p.value;
  }
  values["rms_dp"] = kl.rms_dp.value;
  values["same_top_p"] = kl.same_top.value;
  values["top1_agreement"] = kl.same_top.value;
  values["cvar95"] = kl.cvar95;
  values["max_mean_kld"] = kl.max_mean_kld;
}

// NAME.a, NAME.a.least and NAME.a.most.
void AddEnds(const std::string& name, double value, const Range& ends,
             std::map<std::string, double>& values) {
  values[name] = value;
  values[name + ".least"] = ends.low;
  values[name + ".most"] = ends.high;
}

}  // namespace

std::map<std::string, double> ReportValues(const CompareReport& report) {
  std::map<std::string, double> values;
  for (std::size_t m = 0; m < report.side.size(); ++m) {
    const std::string name = SideMetrics()[m].name;
    const SideEstimate& estimate = report.side[m];
    AddEnds(name + ".a", estimate.a, estimate.ends[0], values);
    AddEnds(name + ".b", estimate.b, estimate.ends[1], values);
    AddEnds(name + ".diff", estimate.difference, estimate.ends[2], values);
    values[name + ".lo"] = estimate.interval.low;
    values[name + ".hi"] = estimate.interval.high;
  }
  for (std::size_t m = 0; m < report.pair.size(); ++m) {
    const std::string name = PairMetrics()[m].name;
    AddEnds(name, report.pair[m].value, report.pair[m].ends, values);
    values[name + ".lo"] = report.pair[m].interval.low;
    values[name + ".hi"] = report.pair[m].interval.high;
  }
  if (report.kl) AddKl(*report.kl, values);
  if (report.trainer) AddTrainerValues(*report.trainer, values);
  return values;
}

std::string AbsenceOf(const CompareReport& report, std::size_t metric) {
  const SideMetric& asked = SideMetrics()[metric];
  const SideEstimate& estimate = report.side[metric];
  if (!std::isnan(estimate.difference) || estimate.is_range()) return "";
  if (estimate.infinite > 0) {
    return absl::StrCat("infinite in ", estimate.infinite, " rows");
  }
  if (asked.form == Form::kCalibration && estimate.rows > 0) {
    return "its bins need exact probabilities";
  }
  if (report.totals.compared() == 0) return "no row has numbers of both sides";
  if (asked.needs_token) {
    const bool none = report.sides[0].log.tokens().empty() &&
                      report.sides[1].log.tokens().empty();
    return none ? "the log has no tokens" : "no row has it on both sides";
  }
  return "the log holds too little of the rows";
}

std::string PairAbsenceOf(const CompareReport& report, std::size_t metric) {
  const PairEstimate& estimate = report.pair[metric];
  if (!std::isnan(estimate.value) || estimate.is_range()) return "";
  return estimate.infinite > 0
             ? absl::StrCat("infinite in ", estimate.infinite, " of ",
                            estimate.infinite + estimate.rows, " rows")
             : "no row has numbers of both sides";
}

}  // namespace sampler::tools
