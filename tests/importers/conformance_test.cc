// The kept sets of other runtimes on small rows, where their rules differ in
// ties, equality, the crossing token, joint truncation and order. Each set is
// reached by importing that runtime's settings. (Where a runtime leaves the
// choice among ties open, the count is what is compared.)

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

struct Case {
  std::vector<double> weights;  // Probabilities, or exp(logit).
  std::string k, p, min_p;      // "": not set.
  // Kept sets, a digit a token; "": the runtime is not asked.
  std::string llama = {}, exl3 = {}, hf = {}, vllm = {}, sglang = {};
  bool llama_ties = false;  // Any of the tied tokens.
  bool exl3_ties = false;
};

const std::vector<Case>& Cases() {
  static const auto& cases = *new std::vector<Case>{
      {{std::exp(2.0), std::exp(1.0), std::exp(1.0), std::exp(1.0), 1.0},
       "2",
       "",
       "",
       "11000",
       "11000",
       "11110",
       "11110",
       "11000",
       true,
       true},
      {{0.5, 0.25, 0.125, 0.125},
       "",
       "0.75",
       "",
       "1100",
       "1100",
       "1100",
       "1100",
       "1110"},
      {{0.4, 0.3, 0.2, 0.1},
       "3",
       "0.75",
       "",
       "1100",
       "1000",
       "1100",
       "1100",
       "1110"},
      {{0.4, 0.2, 0.2, 0.2},
       "",
       "0.55",
       "",
       "1100",
       "1000",
       "1001",
       "1001",
       "1100",
       true},
      {{0.4, 0.4, 0.2},
       "",
       "0.3",
       "",
       "100",
       "100",
       "010",
       "010",
       "100",
       true,
       true},
      {{0.5, 0.2, 0.15, 0.1, 0.05},
       "",
       "0.8",
       "0.25",
       "11100",
       "10000",
       "11100",
       "11000",
       "11100"}};
  return cases;
}

std::string Body(const Case& c, std::vector<std::string> members) {
  if (!c.k.empty()) members.push_back("\"top_k\": " + c.k);
  if (!c.p.empty()) members.push_back("\"top_p\": " + c.p);
  if (!c.min_p.empty()) members.push_back("\"min_p\": " + c.min_p);
  return absl::StrCat("{", absl::StrJoin(members, ", "), "}");
}

std::string Kept(absl::string_view runtime, const std::string& body,
                 const std::vector<double>& weights) {
  std::vector<float> row;
  for (const double weight : weights) {
    row.push_back(static_cast<float>(std::log2(weight)));
  }
  PipelineConfig config = Importing(runtime, body).config;
  config.stages.back() = {"categorical", {}};
  // From powers of two, which floats hold exactly, to powers of e.
  config.stages.insert(config.stages.begin(),
                       {"temperature", {{"temperature", 1 / std::log(2.0)}}});
  const auto pipeline =
      Pipeline::Create(config, static_cast<std::int64_t>(row.size()));
  EXPECT_TRUE(pipeline.ok()) << runtime << " " << pipeline.status();
  if (!pipeline.ok()) return "";
  const auto sequence = pipeline->NewSequence({.seed = 1});
  Workspace workspace;
  const Distribution distribution =
      pipeline->Process(row, *sequence, workspace);
  std::string kept;
  for (std::size_t id = 0; id < row.size(); ++id) {
    kept +=
        distribution.Probability(static_cast<std::int32_t>(id)) > 0 ? '1' : '0';
  }
  return kept;
}

void Compare(const std::string& got, const std::string& want, bool count_only,
             const std::string& what) {
  if (count_only) {
    EXPECT_EQ(std::count(got.begin(), got.end(), '1'),
              std::count(want.begin(), want.end(), '1'))
        << what;
  } else {
    EXPECT_EQ(got, want) << what;
  }
}

TEST(Conformance, EveryRuntimeKeepsItsOwnSets) {
  for (const Case& c : Cases()) {
    const std::string body = Body(c, {});
    // llama.cpp's and koboldcpp's defaults are not neutral.
    const std::string llama = Body({.weights = {},
                                    .k = c.k.empty() ? "0" : c.k,
                                    .p = c.p.empty() ? "1" : c.p,
                                    .min_p = c.min_p.empty() ? "0" : c.min_p},
                                   {"\"temperature\": 1"});
    Compare(Kept("llama.cpp", llama, c.weights), c.llama, c.llama_ties,
            "llama.cpp " + body);
    Compare(Kept("koboldcpp", llama, c.weights), c.llama, c.llama_ties,
            "koboldcpp " + body);
    Compare(Kept("exllamav3", body, c.weights), c.exl3, c.exl3_ties,
            "exllamav3 " + body);
    Compare(Kept("huggingface", Body(c, {"\"do_sample\": true"}), c.weights),
            c.hf, false, "huggingface " + body);
    Compare(Kept("vllm", body, c.weights), c.vllm, false, "vllm " + body);
    Compare(Kept("sglang", body, c.weights), c.sglang, false, "sglang " + body);
    Compare(Kept("textgen", body, c.weights), c.hf, false, "textgen " + body);
  }
}

}  // namespace
}  // namespace sampler::importers
