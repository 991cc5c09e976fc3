#include "sampler/c/report.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

namespace sampler::c {
namespace {

std::string CheckReport(const sampler_report* report, absl::string_view name) {
  if (report == nullptr) return "";
  if (report->struct_size < sizeof(sampler_report)) {
    return absl::StrCat(name, ": struct_size: got ", report->struct_size,
                        ", want ", sizeof(sampler_report));
  }
  if (report->top == nullptr && report->capacity > 0) {
    return absl::StrCat(name, ": top: got NULL");
  }
  return "";
}

}  // namespace

std::size_t WriteLogprobs(const Distribution& distribution, std::int32_t token,
                          sampler_logprob* of_token, sampler_logprob* top,
                          std::size_t capacity) {
  if (of_token != nullptr) {
    *of_token = {token, distribution.Rank(token), distribution.Logprob(token)};
  }
  const auto room = static_cast<std::int64_t>(
      std::min<std::size_t>(capacity, kMaxVocabularySize));
  std::size_t count = 0;
  for (const WeightedCandidate& c : distribution.TopWeighted(room)) {
    top[count] = {c.id, static_cast<std::int64_t>(count) + 1, c.logit};
    ++count;
  }
  // The view of the candidates ends here: a logprob is another question.
  for (std::size_t i = 0; i < count; ++i) {
    top[i].logprob = distribution.LogprobAt(top[i].logprob);
  }
  return count;
}

StepReports ReportsOf(const sampler_step& step) {
  // The two fields came together.
  if (step.struct_size < sizeof(sampler_step)) return {};
  return {step.raw, step.processed};
}

std::string CheckReports(const StepReports& reports) {
  const std::string wrong = CheckReport(reports.raw, "raw");
  return wrong.empty() ? CheckReport(reports.processed, "processed") : wrong;
}

void WriteNoReport(sampler_report& report) {
  report.of_token = {-1, 0, -std::numeric_limits<double>::infinity()};
  report.count = 0;
}

}  // namespace sampler::c
