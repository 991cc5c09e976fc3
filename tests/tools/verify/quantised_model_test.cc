// Is a quantised model told apart from the one that is claimed? Real rows: what
// SmolLM2-135M-Instruct says of a story, as f16, with its weights rounded to 8
// and to 4 bits, and with the same weights on kernels of 8-bit activations
// (tests/data/make_quantised_rows.sh). The table of tools/verify/README.md is
// what this test prints:
//
//   quantised_model_test | grep '^|'

#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/logs/log.h"
#include "tests/support/test_share.h"
#include "tests/tools/tool.h"
#include "tests/tools/verify/claim_game.h"

namespace sampler::tools {
namespace {

// Rows of tests/data/quantised-rows.safetensors.
const ModelRows& RowsOf(const std::string& name) {
  static auto& known = *new std::map<std::string, ModelRows>;
  ModelRows& rows = known[name];
  if (!rows.empty()) return rows;
  logs::OpenOptions options;
  options.tensor = name;
  const auto log =
      logs::Log::Open(DataFile("quantised-rows.safetensors"), options);
  EXPECT_TRUE(log.ok()) << log.status();
  logs::RowBuffer buffer;
  for (std::int64_t r = 0; r < (*log)->rows(); ++r) {
    const auto row = (*log)->Row(r, buffer);
    std::vector<float>& values = rows.emplace_back();
    for (std::size_t i = 0; i < row->size(); ++i) {
      values.push_back(static_cast<float>((*row)[i]));
    }
  }
  return rows;
}

struct Model {
  const char* name;    // Of its tensor.
  const char* called;  // In the table.
};

constexpr Model kModels[] = {{"kernels", "same weights, 8-bit activations"},
                             {"q8_0", "weights of 8 bits (Q8_0)"},
                             {"q4_0", "weights of 4 bits (Q4_0)"}};

TEST(QuantisedModel, IsToldApart) {
  const int runs = Share(200);
  constexpr int kTokens = 3'000;
  for (const char* draw : {kByMass, kByNoise}) {
    PrintHead(absl::StrCat("tokens to refute (half / nine tenths of ", runs,
                           " runs), f16 claimed, ",
                           draw == kByMass ? "inverse CDF" : "Gumbel")
                  .c_str());
    for (const Model& model : kModels) {
      Game game({.name = model.called}, draw, RowsOf("base"),
                RowsOf(model.name));
      std::vector<std::vector<double>> tokens(Judges().size());
      for (int run = 0; run < runs; ++run) {
        const auto refuted =
            game.Play(static_cast<std::uint64_t>(run), kTokens);
        for (std::size_t j = 0; j < refuted.size(); ++j) {
          if (refuted[j]) tokens[j].push_back(static_cast<double>(*refuted[j]));
        }
      }
      std::string line = absl::StrFormat("| %s | %.1f %% |", model.called,
                                         100.0 * game.match_rate());
      for (const auto& t : tokens) {
        absl::StrAppend(&line, " ", DetectionText(t, runs), " |");
      }
      std::printf("%s\n", line.c_str());
      // Every claim about the seed refutes 4 bits, and the exact one all.
      EXPECT_EQ(std::ssize(tokens[0]), runs) << model.name;
      if (std::string(model.name) == "q4_0") {
        for (std::size_t j = 1; j < 3; ++j) {
          EXPECT_EQ(std::ssize(tokens[j]), runs) << Judges()[j].name;
        }
      }
    }
  }
}

// The more bits are taken away, the fewer tokens agree.
TEST(QuantisedModel, FewerBitsAgreeLess) {
  std::vector<double> rates;
  for (const char* name : {"base", "kernels", "q4_0"}) {
    Game game({.name = name}, kByMass, RowsOf("base"), RowsOf(name));
    for (int run = 0; run < Share(40); ++run) {
      game.Play(static_cast<std::uint64_t>(run), 200);
    }
    rates.push_back(game.match_rate());
  }
  EXPECT_EQ(rates[0], 1.0);
  EXPECT_LT(rates[1], rates[0]);
  EXPECT_LT(rates[2], rates[1]);
}

}  // namespace
}  // namespace sampler::tools
