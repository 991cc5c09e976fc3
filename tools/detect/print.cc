#include "tools/detect/print.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

std::int64_t TokensOf(const MarkEvidence& evidence) {
  return evidence.tokens + evidence.repeated + evidence.left_out;
}

double RepeatedShare(const MarkEvidence& evidence) {
  const std::int64_t known = evidence.tokens + evidence.repeated;
  return known == 0 ? 0.0
                    : static_cast<double>(evidence.repeated) /
                          static_cast<double>(known);
}

// "0.234", "3.1e-12", "10^-412.3".
std::string Probability(double log_p) {
  if (log_p < -690.0) return absl::StrFormat("10^%.1f", log_p / Log(10.0));
  return absl::StrFormat("%.3g", Exp(log_p));
}

std::string Lines(const Detection& detection, std::size_t index,
                  const Painter& paint) {
  const MarkEvidence& found = detection.texts[index];
  const std::string name =
      detection.texts.size() == 1 ? "" : absl::StrCat("text ", index, ": ");
  std::string text = absl::StrFormat(
      "%s%s tokens: %s counted, %s of a repeated context (%.1f %%), %s left "
      "out\n",
      name, Grouped(TokensOf(found)), Grouped(found.tokens),
      Grouped(found.repeated), 100.0 * RepeatedShare(found),
      Grouped(found.left_out));
  const Style style =
      found.log_p_value < Log(1e-3) ? Style::kYellow : Style::kBold;
  absl::StrAppend(
      &text, "  ", paint(style, "p " + Probability(found.log_p_value)),
      absl::StrFormat("   score %.6g (plain text: %.6g)   z %.2f", found.score,
                      detection.scheme.MeanScore(found.tokens), found.z));
  if (found.engine_p_value.has_value()) {
    absl::StrAppend(&text, absl::StrFormat("   the engine's own p %.3g",
                                           *found.engine_p_value));
  }
  text += "\n";
  if (!detection.each) return text;
  for (const TokenEvidence& token : found.each) {
    absl::StrAppend(&text,
                    absl::StrFormat("  %8d  %.6g\n", token.place, token.score));
  }
  return text;
}

Json TextJson(const MarkEvidence& found, bool with_each) {
  Json json = {{"tokens", TokensOf(found)},
               {"counted", found.tokens},
               {"repeated", found.repeated},
               {"repeated_share", RepeatedShare(found)},
               {"left_out", found.left_out},
               {"score", found.score},
               {"z", found.z},
               {"p_value", found.p_value},
               {"log_p_value", found.log_p_value},
               {"engine_p_value", found.engine_p_value.has_value()
                                      ? Json(*found.engine_p_value)
                                      : Json(nullptr)}};
  if (!with_each) return json;
  json["each"] = Json::array();
  for (const TokenEvidence& token : found.each) {
    json["each"].push_back({{"place", token.place}, {"score", token.score}});
  }
  return json;
}

}  // namespace

std::string DetectionText(const Detection& detection, const Painter& paint) {
  const std::string parameters = detection.scheme.Text();
  std::string text =
      absl::StrCat("scheme ", paint(Style::kBold, detection.scheme.name()),
                   parameters.empty() ? "" : ", ", parameters, "\n");
  for (std::size_t i = 0; i < detection.texts.size(); ++i) {
    text += Lines(detection, i, paint);
  }
  return text;
}

std::string DetectionJson(const Detection& detection) {
  Json texts = Json::array();
  for (const MarkEvidence& found : detection.texts) {
    texts.push_back(TextJson(found, detection.each));
  }
  return ToPages({{"schema", "sampler.detect/1"},
                  {"tool_version", std::string(kVersion)},
                  {"scheme", detection.scheme.name()},
                  {"settings", detection.scheme.Text()},
                  {"texts", std::move(texts)}}) +
         "\n";
}

}  // namespace sampler::tools
