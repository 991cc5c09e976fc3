// For every mask of eight lanes, which lanes it takes, in order: what packing a
// vector by a table needs (pack-inl.h). Behind them come the others.

#ifndef SAMPLER_KERNELS_LANE_ORDERS_H_
#define SAMPLER_KERNELS_LANE_ORDERS_H_

#include <cstddef>
#include <cstdint>

namespace sampler::kernels {

struct LaneOrders {
  std::uint8_t of[256][8];
};

constexpr LaneOrders MakeLaneOrders() {
  LaneOrders orders = {};
  for (std::size_t mask = 0; mask < 256; ++mask) {
    std::size_t at = 0;
    for (const bool taken : {true, false}) {
      for (std::uint8_t lane = 0; lane < 8; ++lane) {
        if ((mask >> lane & 1) != (taken ? 1u : 0u)) continue;
        orders.of[mask][at++] = lane;
      }
    }
  }
  return orders;
}

alignas(64) inline constexpr LaneOrders kLaneOrders = MakeLaneOrders();

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_LANE_ORDERS_H_
