#include "tools/inspect/findings.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/arithmetic/numeric.h"
#include "tools/chains/textless_mass.h"
#include "tools/inspect/loops.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

// "3 NaN values, the first in row 5".
std::string Count(const logs::Occurrences& seen, absl::string_view one,
                  absl::string_view many) {
  return absl::StrCat(Grouped(seen.count), " ", seen.count == 1 ? one : many,
                      ", the first in row ", seen.first_row);
}

class Findings {
 public:
  Findings(const logs::Log& log, const logs::Survey& survey)
      : log_(log), survey_(survey) {}

  void CheckSize() {
    const logs::LogDescription& description = log_.description();
    if (!description.partial()) return;
    Add("partial",
        absl::StrCat("the file ends early: ", Grouped(description.rows),
                     " of the ", Grouped(description.expected_rows),
                     " rows its header promises"),
        "fetch the rest; until then every answer is about these rows alone");
  }

  void CheckValues() {
    if (survey_.nan.count > 0) {
      Add("nan", Count(survey_.nan, "NaN value", "NaN values"),
          "such rows give the status nan and no token; look for an overflow "
          "where they were made");
    }
    if (survey_.positive_infinity.count > 0) {
      Add("infinite",
          Count(survey_.positive_infinity, "+inf value", "+inf values"),
          "such rows give the status infinite and no token; f16 overflows "
          "above 65,504");
    }
    const bool others =
        survey_.nan.count > 0 || survey_.positive_infinity.count > 0;
    if (survey_.broken_rows.count > 0 && !others) {
      Add("no_candidate",
          Count(survey_.broken_rows, "row without", "rows without") +
              " any finite value",
          "such rows give the status no_candidate and no token");
    }
  }

  void CheckKind(const std::string& said) {
    const logs::KindGuess& kind = survey_.kind;
    if (kind.mixed) {
      Add("mixed_kinds", "rows of different kinds stand in one log",
          "write logits and log-probabilities to separate logs");
    }
    if (kind.contradicts_declared) {
      Add("kind_contradicted",
          absl::StrCat("declared as ", kind.declared.value_or("?"),
                       ", but the values look like ", KindName(kind.kind)),
          "find out which is true; --kind overrules both");
    }
    if (!said.empty()) return;
    if (kind.kind.processed) {
      Add("processed",
          "the rows look processed: a sampler changed them before they were "
          "logged",
          "log rows before any processor runs; --kind raw if they are raw");
    }
    if (kind.kind.scale == logs::Scale::kProbs) {
      Add("probabilities", "the rows are probabilities, not logits",
          "store their logarithms: replay and explain refuse probabilities");
    }
  }

  void CheckTokens() {
    if (!survey_.shifts.has_value()) return;
    const logs::ShiftScore& logged = survey_.logged();
    const std::optional<int> best = survey_.BestShift();
    if (best.has_value() && *best != 0) {
      const int index = *best + 1;  // From shift -1.
      const logs::ShiftScore& better =
          (*survey_.shifts)[static_cast<std::size_t>(index)];
      Add("shift",
          absl::StrFormat("the tokens fit best at shift %+d: mean NLL %.4f, "
                          "against %.4f as logged",
                          *best, better.mean_nll, logged.mean_nll),
          "token i must be the one drawn from row i: pair them anew and pass "
          "them with --tokens");
    }
    if (logged.impossible > 0) {
      Add("impossible",
          absl::StrCat(Grouped(logged.impossible), " of ", Grouped(logged.rows),
                       " logged tokens have probability 0 in their row"),
          "they were drawn from other rows, or the rows were cut afterwards");
    }
    const double uniform = Log(static_cast<double>(log_.vocabulary_size()));
    if (best == 0 && logged.mean_nll > uniform) {
      Add("misfit",
          absl::StrFormat("the tokens are less likely than under a uniform "
                          "guess at every shift: mean NLL %.4f > ln V %.4f",
                          logged.mean_nll, uniform),
          "check that tokens, tokenizer and rows are of one run");
    }
  }

  void CheckLoops() {
    const LogLoops loops = FindLoops(log_, LoopDoubt());
    if (loops.sequences == 0) return;
    const std::string which =
        log_.sequences().size() == 1
            ? absl::StrCat("the text begins to loop in row ", loops.loop.begin)
            : absl::StrCat(
                  Grouped(loops.sequences), " of ",
                  Grouped(static_cast<std::int64_t>(log_.sequences().size())),
                  loops.sequences == 1 ? " sequences begins"
                                       : " sequences begin",
                  " to loop, the first, ", loops.first, ", in row ",
                  loops.loop.begin);
    Add("loop",
        absl::StrCat(which, ": a pattern of ", loops.loop.length,
                     loops.loop.length == 1 ? " token " : " tokens ",
                     Grouped(loops.loop.count()), " times",
                     loops.to_its_end ? ", to its end" : ""),
        "rows of a loop say little about settings: leave them out (--rows), "
        "stop such texts (FindLoop), or keep them from it (stage loop_ban)");
  }

  absl::Status CheckText(const TokenText& text) {
    if (text.empty()) return absl::OkStatus();
    if (text.size() <= log_.vocabulary_size()) return CheckTextless(text);
    Add("vocabulary",
        absl::StrCat("the vocabulary file names ids up to ",
                     Grouped(text.size() - 1), ", but rows have ",
                     Grouped(log_.vocabulary_size()), " tokens"),
        "use the tokenizer of the model that made the log");
    return absl::OkStatus();
  }

  absl::Status CheckTextless(const TokenText& text) {
    constexpr double kMuch =
        0.05;  // Padding ids of a vocabulary weigh nothing.
    const auto textless = LargestTextlessMass(log_, text);
    if (!textless.ok()) return textless.status();
    if (textless->share < kMuch) return absl::OkStatus();
    Add("textless",
        absl::StrFormat(
            "ids without a text in the vocabulary file hold %.1f %% "
            "of row %d",
            100.0 * textless->share, textless->row),
        "use the tokenizer of the model that made the log");
    return absl::OkStatus();
  }

  std::vector<Finding> Take() && { return std::move(found_); }

 private:
  void Add(std::string code, std::string what, std::string action) {
    found_.push_back({std::move(code), std::move(what), std::move(action)});
  }

  const logs::Log& log_;
  const logs::Survey& survey_;
  std::vector<Finding> found_;
};

}  // namespace

absl::StatusOr<std::vector<Finding>> FindTrouble(const logs::Log& log,
                                                 const logs::Survey& survey,
                                                 const TokenText& text,
                                                 const std::string& kind) {
  Findings findings(log, survey);
  findings.CheckSize();
  findings.CheckTokens();
  findings.CheckValues();
  findings.CheckKind(kind);
  findings.CheckLoops();
  absl::Status status = findings.CheckText(text);
  if (!status.ok()) return status;
  return std::move(findings).Take();
}

}  // namespace sampler::tools
