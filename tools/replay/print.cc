// Which format, and CSV.

#include "tools/replay/print.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

class CsvPrinter final : public ReplayPrinter {
 public:
  CsvPrinter(const ReplayHeader& header, bool quiet)
      : header_(header), quiet_(quiet) {}

  void Begin() override {
    std::vector<std::string> names;
    const Json row = RowJson(header_, RowResult());
    for (const auto& [name, value] : row.items()) {
      names.push_back(name);
    }
    Write(absl::StrJoin(names, ",") + "\n");
    Note(absl::StrCat("chain  ", ChainsText(header_), "\nseed   ",
                      SeedLine(header_), "\n"));
  }

  void Row(const RowResult& row) override {
    std::vector<std::string> fields;
    const Json json = RowJson(header_, row);
    for (const auto& [name, value] : json.items()) {
      fields.push_back(Field(value));
    }
    Write(absl::StrJoin(fields, ",") + "\n");
  }

  void End(const ReplaySummaries& summaries, const Warnings&) override {
    Note(SummaryText(header_, summaries, Painter(/*color=*/false)));
  }

 private:
  static std::string Field(const Json& value) {
    if (value.is_null()) return "";
    if (value.is_number_float()) return Digits(value.get<double>());
    if (!value.is_string()) return ToLine(value);
    return CsvField(value.get_ref<const std::string&>());
  }

  void Note(const std::string& text) const {
    if (!quiet_) WriteNote(text);
  }

  const ReplayHeader& header_;
  const bool quiet_;
};

}  // namespace

std::unique_ptr<ReplayPrinter> MakeReplayPrinter(const ReplayHeader& header,
                                                 const OutputOptions& output) {
  switch (output.format()) {
    case Format::kJson:
      return MakeReplayJson(header);
    case Format::kJsonLines:
      return MakeReplayJsonLines(header);
    case Format::kCsv:
      return std::make_unique<CsvPrinter>(header, output.quiet);
    case Format::kHuman:
      break;
  }
  return MakeReplayTable(header, output);
}

std::map<std::string, std::string> AbsentMetrics(const ReplayHeader& header,
                                                 const ReplaySummary& summary) {
  std::map<std::string, std::string> absent;
  if (summary.rows_with(RowStatus::kOk) == 0) {
    for (const char* metric : {"kept", "kept_mass", "entropy_raw", "entropy"}) {
      absent[metric] = "no row with status ok";
    }
  }
  if (summary.scored() == 0) {
    const char* reason = header.log.tokens().empty()
                             ? "the log has no tokens"
                             : "no row with status ok and a logged token";
    for (const char* metric :
         {"coverage", "nll_raw", "ppl_raw", "nll_raw_covered",
          "ppl_raw_covered", "nll", "ppl", "same"}) {
      absent[metric] = reason;
    }
    return absent;
  }
  if (summary.raw_impossible() > 0) {
    absent["nll_raw"] = absent["ppl_raw"] =
        absl::StrCat("infinite: ", summary.raw_impossible(),
                     " logged token(s) have raw probability 0");
  }
  const auto beyond = [&](double nll, const char* metric) {
    if (std::isfinite(nll) && std::isinf(Exp(nll))) {
      absent[metric] = "e^nll is more than a double can hold";
    }
  };
  beyond(summary.nll_raw(), "ppl_raw");
  beyond(summary.nll_raw_covered(), "ppl_raw_covered");
  beyond(summary.nll(), "ppl");
  if (summary.covered() == 0) {
    for (const char* metric :
         {"nll_raw_covered", "ppl_raw_covered", "nll", "ppl"}) {
      absent[metric] = "no logged token is covered";
    }
  } else if (std::isnan(summary.nll_raw_covered())) {
    absent["nll_raw_covered"] = absent["ppl_raw_covered"] =
        "the log does not tell the full rows";
  }
  return absent;
}

}  // namespace sampler::tools
