// SPDX-License-Identifier: Apache-2.0
//
// A model of the public trace: see docs/trace_model.md. The tables are printed
// by fit_trace.py.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "trace.h"

namespace gateway {
namespace {

// Of the trace, this part lies at or below `value`.
struct Quantile {
  double probability;
  double value;
};

constexpr Quantile kContextTokens[] = {
    {0, 2},           {0.001, 8},        {0.005, 16.825},
    {0.01, 29},       {0.02, 91},        {0.03, 161},
    {0.05, 181},      {0.075, 200},      {0.1, 207},
    {0.125, 235},     {0.15, 372},       {0.175, 379},
    {0.2, 387},       {0.225, 393},      {0.25, 396},
    {0.275, 400},     {0.3, 403},        {0.325, 407},
    {0.35, 414},      {0.375, 428},      {0.4, 703},
    {0.425, 922},     {0.45, 984},       {0.475, 1005},
    {0.5, 1020},      {0.525, 1033.62},  {0.55, 1045},
    {0.575, 1058},    {0.6, 1071},       {0.625, 1083},
    {0.65, 1097},     {0.675, 1112},     {0.7, 1130},
    {0.725, 1153},    {0.75, 1189},      {0.775, 1276.88},
    {0.8, 1315},      {0.825, 1434.25},  {0.85, 1876.25},
    {0.875, 2309.38}, {0.9, 2734.5},     {0.925, 4075},
    {0.95, 4083},     {0.96, 4086},      {0.97, 4090},
    {0.975, 4092},    {0.98, 4098},      {0.985, 4110},
    {0.99, 4142},     {0.995, 4831},     {0.998, 5652},
    {0.999, 6179.15}, {0.9995, 6570.11}, {1, 14050},
};

constexpr Quantile kGeneratedTokens[] = {
    {0, 7},         {0.001, 12},      {0.005, 14},     {0.01, 16},
    {0.02, 24},     {0.03, 32},       {0.05, 41},      {0.075, 48},
    {0.1, 54},      {0.125, 60},      {0.15, 67},      {0.175, 72},
    {0.2, 77},      {0.225, 82},      {0.25, 85},      {0.275, 88},
    {0.3, 91},      {0.325, 93},      {0.35, 96},      {0.375, 99},
    {0.4, 103},     {0.425, 108},     {0.45, 113},     {0.475, 120},
    {0.5, 129},     {0.525, 138.625}, {0.55, 151},     {0.575, 162},
    {0.6, 177},     {0.625, 195.125}, {0.65, 217},     {0.675, 373},
    {0.7, 384},     {0.725, 391},     {0.75, 395},     {0.775, 396},
    {0.8, 400},     {0.825, 406},     {0.85, 411},     {0.875, 416},
    {0.9, 424},     {0.925, 430},     {0.95, 451},     {0.96, 468},
    {0.97, 509},    {0.975, 522},     {0.98, 540},     {0.985, 571},
    {0.99, 601},    {0.995, 643.175}, {0.998, 916.54}, {0.999, 954},
    {0.9995, 1000}, {1, 1000},
};

constexpr Quantile kGapSeconds[] = {
    {0, 2.14577e-06},    {0.001, 6.91414e-06}, {0.005, 0.000188069},
    {0.01, 0.000546265}, {0.02, 0.00144309},   {0.03, 0.00251555},
    {0.05, 0.00632038},  {0.075, 0.0111925},   {0.1, 0.0161442},
    {0.125, 0.0215014},  {0.15, 0.0264174},    {0.175, 0.0314315},
    {0.2, 0.0365191},    {0.225, 0.0424409},   {0.25, 0.0482721},
    {0.275, 0.0544481},  {0.3, 0.0607231},     {0.325, 0.0671262},
    {0.35, 0.0734594},   {0.375, 0.080243},    {0.4, 0.0872536},
    {0.425, 0.0940134},  {0.45, 0.101941},     {0.475, 0.109304},
    {0.5, 0.118424},     {0.525, 0.128202},    {0.55, 0.137612},
    {0.575, 0.147659},   {0.6, 0.15868},       {0.625, 0.171039},
    {0.65, 0.18317},     {0.675, 0.196989},    {0.7, 0.213606},
    {0.725, 0.229203},   {0.75, 0.246733},     {0.775, 0.265911},
    {0.8, 0.288826},     {0.825, 0.314988},    {0.85, 0.345918},
    {0.875, 0.378106},   {0.9, 0.420656},      {0.925, 0.477962},
    {0.95, 0.565194},    {0.96, 0.618286},     {0.97, 0.673232},
    {0.975, 0.704998},   {0.98, 0.749268},     {0.985, 0.805778},
    {0.99, 0.889671},    {0.995, 1.0342},      {0.998, 1.24921},
    {0.999, 1.41117},    {0.9995, 1.80127},    {1, 4.31458},
};

// Correlation of the two normal variables behind the token counts; it gives the
// rank correlation of the trace, 0.073.
constexpr double kCorrelation = 0.0762;

// Between two quantiles the distribution is even.
template <std::size_t kSize>
double ValueAt(const Quantile (&table)[kSize], double probability) {
  std::size_t i = 1;
  while (i + 1 < kSize && table[i].probability < probability) ++i;
  const Quantile& low = table[i - 1];
  const Quantile& high = table[i];
  const double part =
      (probability - low.probability) / (high.probability - low.probability);
  return low.value + part * (high.value - low.value);
}

// The distribution function of the standard normal variable.
double NormalBelow(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

// The generator's own draws: std's distributions differ between libraries, and
// a seed should mean the same trace everywhere.
double Uniform(std::mt19937_64* random) {
  return (static_cast<double>((*random)() >> 11) + 0.5) / 9007199254740992.0;
}

double Normal(std::mt19937_64* random) {
  constexpr double kTwoPi = 6.283185307179586;
  const double radius = std::sqrt(-2 * std::log(Uniform(random)));
  return radius * std::cos(kTwoPi * Uniform(random));
}

}  // namespace

std::vector<Request> GenerateTrace(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Request> trace(count);
  double at = 0;
  for (Request& request : trace) {
    const double a = Normal(&random);
    const double b =
        kCorrelation * a +
        std::sqrt(1 - kCorrelation * kCorrelation) * Normal(&random);
    request.at = at;
    request.context_tokens =
        static_cast<int>(std::lround(ValueAt(kContextTokens, NormalBelow(a))));
    request.generated_tokens = static_cast<int>(
        std::lround(ValueAt(kGeneratedTokens, NormalBelow(b))));
    at += ValueAt(kGapSeconds, Uniform(&random));
  }
  return trace;
}

}  // namespace gateway
