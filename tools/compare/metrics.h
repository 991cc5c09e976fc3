// The metrics of a comparison: their names, what they say, and how rows become
// one number.
//
// Tested by: tests/tools/compare/totals_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_METRICS_H_
#define SAMPLER_TOOLS_COMPARE_METRICS_H_

#include <vector>

#include "tools/compare/row_metrics.h"

namespace sampler::tools {

// How the values of rows become one number.
enum class Form {
  kMean,
  kExpMean,      // e^mean
  kQuantile,     // The least value that SideMetric::share of the rows do not
                 // exceed. Of kKept alone.
  kCalibration,  // Expected calibration error in ten bins of max q.
};

struct SideMetric {
  const char* name;
  const char* help;
  SideColumn column;
  Form form = Form::kMean;
  bool needs_token = false;
  double share = 0;  // Of kQuantile.
};

struct PairMetric {
  const char* name;
  const char* help;
  PairColumn column;
};

// In the order in which they are shown.
const std::vector<SideMetric>& SideMetrics();
const std::vector<PairMetric>& PairMetrics();

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_METRICS_H_
