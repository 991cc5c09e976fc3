// `sampler verify`: was this log drawn by this chain and this seed?

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "nlohmann/json.hpp"
#include "tools/commands.h"
#include "tools/options/run_options.h"
#include "tools/options/thread_options.h"
#include "tools/options/typed_options.h"
#include "tools/replay/rows.h"
#include "tools/text/output.h"
#include "tools/text/progress.h"
#include "tools/verify/command.h"
#include "tools/verify/investigate.h"
#include "tools/verify/report.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(Was this log drawn by this chain and this seed?

Examples:
  sampler verify run.safetensors
  sampler verify run.safetensors --config balanced --seed 42
  sampler verify run.safetensors -c vllm --temp 0.7 --noise vllm --seed 42
  sampler verify run.safetensors --top-p 0.9 --seed 7 --min-match 0.98
  sampler verify run.safetensors -c balanced --claim law --json

Every logged token is drawn again from its row. The verdict is an e-value: a
true claim is refuted with probability at most --alpha, however long the log and
however often it is looked at. By default the rows are taken to be the very ones
that were sampled, and the first other token refutes the claim. Logits of
another machine or precision differ: say by how much with --min-match, --sigma
or --margin-tol. --claim law asks whether the tokens are draws from the chain at
all, whatever the seed. A log that tells how it was drawn
(logs::Logger::Describe) needs no options.

Exit code: 0 not refuted, 1 refuted or nothing to check, 2 usage error or
unreadable input.
)";

// Writes rows as they come, where the format has rows.
class RowWriter {
 public:
  RowWriter(const ReplayHeader& header, Format format)
      : header_(header), format_(format) {}

  void Begin(const Json& head) const {
    if (format_ == Format::kCsv) tools::Write(TokenCheckCsvHead());
    if (format_ != Format::kJsonLines) return;
    Json event = {{"type", "begin"}};
    event.update(head);
    tools::Write(ToLine(event) + "\n");
  }

  void Write(const RowPlace& place, const TokenCheck* check) const {
    if (format_ == Format::kCsv) {
      tools::Write(TokenCheckCsv(place, check));
    } else if (format_ == Format::kJsonLines) {
      Json event = {{"type", "row"}};
      event.update(TokenCheckJson(header_, place, check));
      tools::Write(ToLine(event) + "\n");
      std::fflush(stdout);
    }
  }

 private:
  const ReplayHeader& header_;
  const Format format_;
};

std::string Rendered(const VerifyReport& report, const OutputOptions& output) {
  switch (output.format()) {
    case Format::kJson:
      return ToPages(VerifyJson(report)) + "\n";
    case Format::kJsonLines: {
      Json summary = {{"type", "summary"}};
      summary.update(VerifyJson(report));
      return ToLine(summary) + "\n";
    }
    case Format::kCsv:
      return "";
    case Format::kHuman:
      break;
  }
  return VerifyText(report, Painter(UseColor(output)));
}

// What is done once all rows are looked at.
absl::Status Investigate(const VerifyCommand& verify, const OpenedClaim& opened,
                         VerifyReport& report) {
  const ReplayOptions& options = verify.options;
  if (verify.claim == Claim::kSeed && report.summary.mismatches() > 0) {
    auto suspects = FindSuspects(*opened.log, opened.configs, options);
    if (!suspects.ok()) return suspects.status();
    report.suspects = *std::move(suspects);
  }
  auto nearest = NearestOfFirstImpossible(*opened.log, opened.configs, options,
                                          report.summary);
  if (!nearest.ok()) return nearest.status();
  report.nearest = *std::move(nearest);
  auto tracking = TrackReference(verify, *opened.log);
  if (!tracking.ok()) return tracking.status();
  report.tracking = *std::move(tracking);
  return absl::OkStatus();
}

// The exit code.
absl::StatusOr<int> Run(VerifyCommand& verify) {
  const OutputOptions& output = verify.output;
  const auto opened = OpenClaim(verify);
  if (!opened.ok()) return opened.status();
  Warnings warnings(output.quiet);
  absl::Status status = WarnOfRows(verify, *opened, warnings);
  if (!status.ok()) return status;
  verify.tolerance.mismatch_rate = 1.0 - verify.min_match;
  verify.tolerance.sigma = verify.sigma.value_or(0.0);
  const auto checks = ChecksOf(verify);
  if (!checks.ok()) return checks.status();
  const CheckOptions& check = *checks;
  ReplayOptions& options = verify.options;
  options.look = [&check]() -> RowLook {
    auto checker = std::make_shared<TokenChecker>(check);
    return [checker](const RowView& view) { return checker->Check(view); };
  };
  const ReplayHeader header = {verify.log.path, *opened->log, opened->configs,
                               options, opened->shown};
  Evidence evidence(verify.claim, verify.tolerance, verify.alpha);
  VerifySummary summary(verify.tolerance.margin, kListedMismatches);
  const RowWriter writer(header, output.format());
  writer.Begin(VerifyHeadJson(header, verify.claim, verify.tolerance, check,
                              verify.alpha));
  Progress progress(options.rows.count(), output.quiet);
  status = ReplayRows(
      *opened->log, opened->configs, options, [&](const RowResult& row) {
        const auto found =
            std::static_pointer_cast<const TokenCheck>(row.finding);
        summary.Add(row.place, found);
        if (found != nullptr) evidence.Add(*found, row.place);
        writer.Write(row.place, found.get());
        progress.Step();
      });
  progress.Clear();
  if (!status.ok()) return status;
  VerifyReport report = {.header = header,
                         .kind = DrawKindOf(opened->configs.configs[0]),
                         .claim = verify.claim,
                         .tolerance = verify.tolerance,
                         .check = check,
                         .alpha = verify.alpha,
                         .summary = summary,
                         .evidence = evidence,
                         .suspects = {},
                         .nearest = {},
                         .tracking = {},
                         .warnings = warnings};
  status = Investigate(verify, *opened, report);
  if (!status.ok()) return status;
  Write(Rendered(report, output));
  status = FinishOutput();
  if (!status.ok()) return status;
  return VerifyExitCode(report);
}

void AddTolerance(CLI::App& app, VerifyCommand& verify) {
  const std::string group = "Tolerance";
  AddReal(app, "--margin-tol",
          "Mismatches up to this margin are none (default: 0)", {},
          [&verify](double x) { verify.tolerance.margin = x; })
      ->group(group);
  AddReal(app, "--min-match",
          "Share of tokens that match in a true log (default: 1)", {0.01, 1.0},
          [&verify](double x) { verify.min_match = x; })
      ->type_name("SHARE")
      ->group(group);
  AddReal(app, "--sigma",
          "Deviation of noise on logits or on u (default: none;\n"
          "gls and cgs are shown for 0.01)",
          {0.0, 1e6}, [&verify](double x) { verify.sigma = x; })
      ->group(group);
  app.add_option("--fssl", verify.fssl,
                 "A token whose gls or cgs is below SCORE is suspicious,\n"
                 "and dangerous beyond that rank (default: -6.9:16)")
      ->type_name("SCORE:RANK")
      ->group(group);
  AddReal(app, "--alpha",
          "Probability of refuting a true log, at most (default: "
          "0.001)",
          {1e-300, 0.5}, [&verify](double x) { verify.alpha = x; })
      ->group(group);
}

}  // namespace

void AddVerify(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("verify", kDescription);
  const auto verify = std::make_shared<VerifyCommand>();
  AddLogOptions(*command, verify->log);
  AddConfigOptions(*command, verify->config);
  AddRunOptions(*command, verify->options.run);
  AddRowSelection(*command, verify->rows);
  AddChoice<Claim>(*command, "--claim",
                   "What is tested: seed (default), or law: the chain\n"
                   "without its seed",
                   {{"seed", Claim::kSeed}, {"law", Claim::kLaw}},
                   [verify](Claim claim) { verify->claim = claim; })
      ->type_name("WHICH");
  AddChoice<Engine>(*command, "--noise",
                    "Whose random numbers: house, vllm (V2), sglang or\n"
                    "llama.cpp (default: the config's); of vllm-v1 and\n"
                    "tinker: why they are not to be had",
                    {{"house", Engine::kHouse},
                     {"vllm", Engine::kVllm},
                     {"sglang", Engine::kSglang},
                     {"llama.cpp", Engine::kLlamaCpp},
                     {"vllm-v1", Engine::kVllmV1},
                     {"tinker", Engine::kTinker}},
                    [verify](Engine engine) { verify->engine = engine; })
      ->type_name("WHOSE");
  AddTolerance(*command, *verify);
  command
      ->add_option("--reference", verify->reference,
                   "A second log with the same prompt asked again: has the\n"
                   "model changed? (LT)")
      ->type_name("LOG");
  AddThreads(*command, verify->options.threads);
  AddOutputOptions(*command, verify->output);
  AddRowFormats(*command, verify->output);
  command->callback([verify, &exit_code] {
    const absl::StatusOr<int> code = Run(*verify);
    exit_code =
        code.ok() ? *code : Fail(code.status(), verify->output.json_errors());
  });
}

}  // namespace sampler::tools
