#include "tests/oracle/golden/golden_harness.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <sstream>

#include "tests/oracle/sha256.h"

namespace oracle {
namespace {

std::string Name(const GoldenLog& log, int row, const nlohmann::json& stages) {
  return log.name + " row " + std::to_string(row) + " " + stages.dump();
}

// SHA-256 of the ids, ascending, as little-endian i32.
std::string Fingerprint(const std::vector<Candidate>& candidates) {
  std::vector<TokenId> ids;
  for (const Candidate& c : candidates) ids.push_back(c.id);
  std::sort(ids.begin(), ids.end());
  std::string bytes;
  for (TokenId id : ids) {
    for (int shift = 0; shift < 32; shift += 8) {
      bytes += static_cast<char>((id >> shift) & 0xFF);
    }
  }
  return Sha256Hex(bytes);
}

// What is wrong with `result`, or nothing.
std::string Differences(const nlohmann::json& record, const Result& result,
                        int& numbers) {
  std::ostringstream wrong;
  wrong.precision(17);
  if (result.status != Status::kOk) return "status is not ok";
  const auto kept = record.at("kept").get<std::size_t>();
  if (result.candidates.size() != kept) {
    wrong << " kept " << result.candidates.size() << ", want " << kept;
  }
  const bool tie = record.at("cut_tie").get<bool>();
  const auto want_ids = record.at("ids_sha256").get<std::string>();
  if (!tie && Fingerprint(result.candidates) != want_ids) wrong << " ids";
  const auto entropy = record.at("entropy").get<double>();
  ++numbers;
  if (!(std::abs(result.Entropy() - entropy) <= 1e-9)) {
    wrong << " entropy " << result.Entropy() << ", want " << entropy;
  }
  nlohmann::json listed = record.at("top");
  listed.push_back(record.at("last"));
  for (std::size_t i = 0; i < listed.size(); ++i) {
    TokenId id = listed[i].at(0).get<TokenId>();
    const auto want = listed[i].at(1).get<double>();
    // Which of the tied ids stayed is arbitrary there, its probability is not.
    const bool last = i + 1 == listed.size();
    const std::size_t place = last ? result.candidates.size() - 1 : i;
    if (tie && place < result.candidates.size()) {
      id = result.candidates[place].id;
    }
    ++numbers;
    if (!(std::abs(result.Probability(id) - want) <= 1e-9)) {
      wrong << " p(" << id << ") " << result.Probability(id) << ", want "
            << want;
    }
  }
  return wrong.str();
}

}  // namespace

GoldenReport CompareHf(const GoldenLog& log,
                       const std::vector<nlohmann::json>& records,
                       const SamplerUnderTest& sampler) {
  GoldenReport report;
  for (const nlohmann::json& record : records) {
    const int row = record.at("row").get<int>();
    const nlohmann::json& stages = record.at("stages");
    if (!sampler.supports(stages)) {
      ++report.skipped;
      ++report.skipped_chains[stages.dump()];
      continue;
    }
    const Result result =
        sampler.run(log.rows.at(row), stages, log.ContextOf(row));
    const std::string wrong = Differences(record, result, report.numbers);
    ++report.compared;
    if (!wrong.empty()) {
      report.failures.push_back(Name(log, row, stages) + ":" + wrong);
    }
  }
  return report;
}

std::string GoldenReport::Summary() const {
  std::ostringstream text;
  text << compared << " rows compared, " << numbers << " numbers; "
       << explained.size() << " explained differences, " << failures.size()
       << " failures; " << skipped << " rows skipped\n";
  for (const std::string& line : explained) text << "  " << line << "\n";
  for (const auto& [chain, rows] : skipped_chains) {
    text << "  not supported (" << rows << " rows): " << chain << "\n";
  }
  return text.str();
}

std::vector<GoldenSource> HfSources() {
  return {{"story", "story"}, {"code", "code"}, {"rivers-hf", "rivers"}};
}

std::vector<GoldenSource> LlamaSources() {
  return {{"story", "story"}, {"rivers-hf", "rivers"}};
}

}  // namespace oracle
