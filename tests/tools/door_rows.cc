#include "tests/tools/door_rows.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "gtest/gtest.h"
#include "sampler/row_status.h"
#include "tests/support/stage_chains.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// A line of CSV without quotes inside quotes.
std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

void ExpectFinite(const json& row, const std::string& name, double low,
                  double high) {
  const json& value = row.at(name);
  ASSERT_TRUE(value.is_number()) << name << ": " << row;
  EXPECT_GE(value.get<double>(), low) << name;
  EXPECT_LE(value.get<double>(), high) << name;
}

void ExpectTop(const json& list) {
  double above = 1e-9;
  for (const json& token : list) {
    ASSERT_TRUE(token.at("logprob").is_number()) << list;
    EXPECT_LE(token.at("logprob").get<double>(), above) << list;
    above = token.at("logprob").get<double>();
  }
}

}  // namespace

bool HasWord(const std::string& text, const std::string& word) {
  const auto is_letter = [&](std::size_t i) {
    return i < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[i])) != 0 ||
            text[i] == '_');
  };
  const std::string lower = absl::AsciiStrToLower(text);
  for (std::size_t at = lower.find(word); at != std::string::npos;
       at = lower.find(word, at + 1)) {
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) {
      return true;
    }
  }
  return false;
}

void ExpectRow(const json& row, const WalkedRow& walked) {
  EXPECT_EQ(row.at("row"), walked.row);
  EXPECT_EQ(row.at("status"), std::string(RowStatusName(walked.status)));
  if (walked.status != RowStatus::kOk) {
    EXPECT_TRUE(row.at("token").is_null());
    return;
  }
  EXPECT_EQ(row.at("token"), walked.token);
  const double most = std::log(static_cast<double>(kChainVocabulary)) + 1e-9;
  ExpectFinite(row, "logprob", -40, 1e-12);
  ExpectFinite(row, "raw_logprob", -1e6, 0);
  ExpectFinite(row, "raw_rank", 1, kChainVocabulary);
  ExpectFinite(row, "kept", 1, kChainVocabulary);
  ExpectFinite(row, "kept_mass", 0, 1);
  ExpectFinite(row, "entropy", 0, most);
  ExpectFinite(row, "entropy_raw", 0, most);
  if (!row.at("u").is_null()) ExpectFinite(row, "u", 0, 1);
  if (row.contains("top")) {
    ExpectTop(row.at("top"));
    ExpectTop(row.at("raw_top"));
    EXPECT_FALSE(row.at("top").empty());
  }
}

void ExpectCsv(const std::string& text, const std::vector<WalkedRow>& walked) {
  const std::vector<std::string> lines = Lines(text);
  ASSERT_EQ(lines.size(), walked.size() + 1);
  const std::vector<std::string> names = Fields(lines[0]);
  const auto column = [&](const std::string& name) {
    const auto at = std::find(names.begin(), names.end(), name);
    EXPECT_NE(at, names.end()) << name;
    return static_cast<std::size_t>(at - names.begin());
  };
  for (std::size_t i = 0; i < walked.size(); ++i) {
    const std::vector<std::string> fields = Fields(lines[i + 1]);
    ASSERT_EQ(fields.size(), names.size()) << lines[i + 1];
    EXPECT_EQ(fields[column("status")],
              std::string(RowStatusName(walked[i].status)));
    EXPECT_EQ(fields[column("token")],
              walked[i].token < 0 ? "" : absl::StrCat(walked[i].token));
    for (std::size_t j = 0; j < fields.size(); ++j) {
      if (names[j] == "status") continue;
      EXPECT_FALSE(HasWord(fields[j], "nan") || HasWord(fields[j], "inf"))
          << names[j] << " of " << lines[i + 1];
    }
  }
}

}  // namespace sampler::tools
