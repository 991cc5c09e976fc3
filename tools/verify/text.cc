// A verification for people.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/parameters/printable.h"
#include "tools/replay/print.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"
#include "tools/verify/report.h"
#include "tools/verify/uniformity.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kColumns = 12;
// A suspicion is only told if it explains this share of the tokens.
constexpr double kTelling = 0.9;

// An e-value, given by its logarithm: it may exceed every double.
std::string EvidenceText(double log) {
  if (std::isinf(log)) return log > 0 ? "infinite" : "0";
  if (log < 600.0) return NumberText(Exp(log), 4, kColumns);
  return absl::StrCat("e^", NumberText(log, 1, kColumns));
}

std::string PlaceText(const RowPlace& place) {
  return absl::StrCat("row ", place.row, " (sequence ", place.sequence,
                      ", position ", place.position, ")");
}

std::string TokenName(const TokenText& text, TokenId id) {
  const std::string shown = text.Display(id);
  return absl::StrCat(id, shown.empty() ? "" : " ", shown);
}

std::string Line(absl::string_view name, absl::string_view text) {
  return absl::StrCat(absl::StrFormat("%-15s ", name), text, "\n");
}

std::string ClaimText(const VerifyReport& report) {
  const Tolerance& tolerance = report.tolerance;
  std::string text =
      report.claim == Claim::kSeed
          ? "every token is this chain's draw with this seed"
          : "every token is a draw from this chain, whatever the seed";
  std::vector<std::string> allowed;
  if (tolerance.margin > 0) {
    allowed.push_back(absl::StrCat("margins up to ", Digits(tolerance.margin)));
  }
  if (tolerance.mismatch_rate > 0) {
    allowed.push_back(absl::StrCat(
        "a mismatch with probability at most ",
        absl::StrFormat("%.6g", tolerance.mismatch_rate), " at every token"));
  }
  if (tolerance.sigma > 0 && report.claim == Claim::kSeed) {
    allowed.push_back(
        absl::StrCat("normal noise of deviation ", Digits(tolerance.sigma)));
  }
  if (!allowed.empty()) {
    absl::StrAppend(&text, ",\n                but for ",
                    absl::StrJoin(allowed, ", "));
  }
  return text;
}

std::string DrawText(const VerifyReport& report) {
  std::string ties = absl::StrCat(DrawKindName(report.kind.by),
                                  "; ties: ", TiesText(report.header));
  if (report.claim == Claim::kLaw) return ties;
  return absl::StrCat("seed ", SeedText(report.header), ", stream ",
                      StreamText(report.header), ", ", ties);
}

std::string VerdictText(const VerifyReport& report) {
  const Evidence& evidence = report.evidence;
  const std::string bound = absl::StrCat(
      Grouped(evidence.tokens()), " tokens; a true claim ever reaches ",
      NumberText(1.0 / report.alpha, 0, kColumns), " with probability at most ",
      Digits(report.alpha));
  if (evidence.refuted()) {
    return absl::StrCat("refuted at ", PlaceText(*evidence.refuted_at()),
                        ", after ",
                        Plural(evidence.tokens_to_refute(), "token"),
                        "\n                e-value ",
                        EvidenceText(evidence.highest_log_e()), " of ", bound);
  }
  if (evidence.tokens() == 0) return "nothing to check: no token is decided";
  return absl::StrCat("not refuted\n                e-value at most ",
                      EvidenceText(evidence.highest_log_e()), " in ", bound);
}

// What is only of interest where a seed is claimed.
std::string SeedLines(const VerifyReport& report) {
  const VerifySummary& s = report.summary;
  std::string text;
  absl::StrAppend(
      &text,
      Line("exact match",
           absl::StrCat(PercentText(s.exact_match_rate()), "; ", s.mismatches(),
                        " differ: ", s.impossible_count(),
                        " impossible under this chain, ", s.borderline_count(),
                        " borderline, ", s.tied_mismatches(),
                        " among exact ties")),
      Line("averages",
           absl::StrCat(
               "prob ", NumberText(s.avg_prob(), 4, kColumns), ", margin ",
               NumberText(s.avg_margin(), 6, kColumns), ", logit_rank ",
               NumberText(s.avg_logit_rank(), 3, kColumns), ", gumbel_rank ",
               NumberText(s.avg_gumbel_rank(), 3, kColumns))),
      Line("likelihood",
           absl::StrCat("sigma ", Digits(report.check.sigma), ": gls ",
                        NumberText(s.avg_gls(), 4, kColumns), ", cgs ",
                        NumberText(s.avg_cgs(), 4, kColumns))),
      Line("fssl",
           absl::StrCat(s.fssl_count(FsslWord::kSafe), " safe, ",
                        s.fssl_count(FsslWord::kSuspicious), " suspicious, ",
                        s.fssl_count(FsslWord::kDangerous),
                        " dangerous (score below ",
                        Digits(report.check.fssl.score), ", rank above ",
                        report.check.fssl.rank, ")")));
  return text;
}

std::string LawLines(const VerifyReport& report) {
  const VerifySummary& s = report.summary;
  return absl::StrCat(
      Line("impossible", absl::StrCat(s.impossible_count(),
                                      " tokens that the chain cannot draw")),
      Line("averages",
           absl::StrCat("prob ", NumberText(s.avg_prob(), 4, kColumns),
                        ", logit_rank ",
                        NumberText(s.avg_logit_rank(), 3, kColumns))));
}

std::string CountsText(const VerifyReport& report) {
  const VerifySummary& s = report.summary;
  const std::int64_t undecided =
      s.match_bases()[static_cast<std::size_t>(Basis::kUnknowable)];
  std::string text =
      Line("tokens", absl::StrCat(Grouped(s.total_tokens()), " checked of ",
                                  Grouped(s.rows()), " rows; ", s.skipped(),
                                  " without a claimed token or a draw, ",
                                  undecided, " that the log does not decide"));
  text += report.claim == Claim::kSeed ? SeedLines(report) : LawLines(report);
  const double t = CramerVonMises(s.percentiles());
  absl::StrAppend(
      &text,
      Line("percentiles",
           absl::StrCat("Cramer-von Mises ", NumberText(t, 4, kColumns), ", p ",
                        NumberText(std::isnan(t) ? t : CramerVonMisesTail(t), 4,
                                   kColumns),
                        " (draws from this chain, whatever the seed)")));
  return text;
}

// Tokens that belong to other rows.
std::string ShiftText(const ShiftedMatch& shift) {
  if (!(shift.rate >= kTelling) || shift.shift == 0) return "";
  return Line("shift",
              absl::StrCat("rows agree best with the tokens ", shift.shift,
                           " later: ", PercentText(shift.rate)));
}

// Tokens of another seed, or of one seed for all sequences.
std::string SuspectsText(const ReplayHeader& header, const Suspects& suspects) {
  std::string text;
  if (suspects.best_seed_rate >= kTelling && suspects.best_seed_offset != 0) {
    text += Line("seed",
                 absl::StrCat("the tokens agree best with ",
                              BestSeedText(suspects, header.log, header.configs,
                                           header.options.run),
                              ": ", PercentText(suspects.best_seed_rate)));
  }
  if (suspects.shared_noise_suspected) {
    text +=
        Line("shared noise",
             absl::StrCat("the later sequences repeat the first one's "
                          "random numbers: ",
                          PercentText(suspects.shared_rate), " agree, ",
                          PercentText(suspects.own_rate), " with their own"));
  }
  return text;
}

// What removed a token that was claimed, and a chain near this one that would
// not have.
std::string NearestChainText(const VerifyReport& report,
                             const NearestChain& nearest) {
  const std::string allowed =
      nearest.chain ? absl::StrCat("; the nearest chain that allows it has ",
                                   NearestText(report.header.configs.configs[0],
                                               *nearest.chain))
                    : "; no numbers of this chain would allow it";
  return Line("impossible",
              absl::StrCat(Printable(nearest.removed_by), allowed));
}

std::string SuspicionText(const VerifyReport& report) {
  std::string text = ShiftText(report.summary.BestShift());
  if (report.suspects) text += SuspectsText(report.header, *report.suspects);
  if (report.nearest) text += NearestChainText(report, *report.nearest);
  return text;
}

std::string TrackingText(const LogprobTracking& lt) {
  if (!lt.absent.empty()) return Line("tracking", lt.absent);
  return Line(
      "tracking",
      absl::StrCat(
          "mean |logprob difference| ", NumberText(lt.statistic, 6, kColumns),
          " over ", lt.tokens, " tokens, ", lt.before, " and ", lt.after,
          " answers; p ", NumberText(lt.p_value, 4, kColumns), " of ",
          Grouped(lt.divisions),
          lt.all_divisions ? " divisions, all there are" : " divisions"));
}

std::string MismatchTable(const VerifyReport& report, const Painter& paint) {
  const auto& mismatches = report.summary.first_mismatches();
  // Draws of another seed differ, and mean nothing.
  if (mismatches.empty() || report.claim == Claim::kLaw) return "";
  std::string text =
      "\n" + paint(Style::kBold,
                   absl::StrFormat("%9s%13s%11s%7s  %-22s%s\n", "row", "margin",
                                   "prob", "rank", "claimed", "replayed"));
  const std::size_t shown = std::min(mismatches.size(), kShownMismatches);
  for (std::size_t i = 0; i < shown; ++i) {
    const TokenCheck& check = *mismatches[i].check;
    absl::StrAppend(
        &text, absl::StrFormat("%9d", mismatches[i].place.row),
        Cell(check.removed ? "impossible"
                           : NumberText(check.margin, 6, kColumns),
             13),
        Cell(ProbabilityText(check.prob), 11),
        Cell(NumberText(check.logit_rank, 0, 7), 7), "  ",
        FitColumns(TokenName(report.header.text, check.claimed), 22),
        TokenName(report.header.text, check.replayed), "\n");
  }
  const std::int64_t left =
      report.summary.mismatches() - static_cast<std::int64_t>(shown);
  if (left > 0) {
    absl::StrAppend(&text, "          and ", Grouped(left),
                    " more (--jsonl has every row)\n");
  }
  return text;
}

}  // namespace

int VerifyExitCode(const VerifyReport& report) {
  return report.evidence.refuted() || report.evidence.tokens() == 0 ? 1 : 0;
}

const char* VerdictWord(const VerifyReport& report) {
  if (report.evidence.refuted()) return "refuted";
  return report.evidence.tokens() == 0 ? "nothing to check" : "not refuted";
}

std::string NearestText(const PipelineConfig& chain,
                        const PipelineConfig& nearest) {
  PipelineConfig changed = nearest;
  changed.stages.clear();
  for (std::size_t i = 0; i < nearest.stages.size(); ++i) {
    if (nearest.stages[i] == chain.stages[i]) continue;
    changed.stages.push_back(nearest.stages[i]);
  }
  return ChainText(changed);
}

std::string VerifyText(const VerifyReport& report, const Painter& paint) {
  const ReplayHeader& header = report.header;
  const logs::LogDescription& log = header.log.description();
  std::string text = absl::StrCat(
      Line("log",
           absl::StrCat(
               ShownPath(header.path), " (", logs::FormatName(log.format), ", ",
               Plural(log.rows, "row"), " x ", Grouped(log.vocabulary_size),
               ", ", Plural(std::ssize(header.log.sequences()), "sequence"),
               ")")),
      Line("chain", ChainsText(header)), Line("draw", DrawText(report)),
      Line("claim", ClaimText(report)),
      paint(report.evidence.refuted() ? Style::kRed : Style::kGreen,
            Line("verdict", VerdictText(report))),
      "\n", CountsText(report), SuspicionText(report));
  if (report.tracking) text += TrackingText(*report.tracking);
  return text + MismatchTable(report, paint);
}

}  // namespace sampler::tools
