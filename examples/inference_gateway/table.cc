// SPDX-License-Identifier: Apache-2.0

#include "table.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <ostream>
#include <string>
#include <vector>

namespace gateway {
namespace {

// Characters, not bytes: `µs` takes two columns.
std::size_t WidthOf(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

bool IsNumber(const std::string& text) {
  return text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0;
}

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

}  // namespace

void Table::Print(std::ostream& out) const {
  if (rows_.empty()) return;
  std::vector<std::size_t> width(header_.size());
  std::vector<bool> right(header_.size(), true);
  for (std::size_t i = 0; i < header_.size(); ++i) {
    width[i] = WidthOf(header_[i]);
    for (const auto& row : rows_) {
      width[i] = std::max(width[i], WidthOf(row[i]));
      right[i] = right[i] && IsNumber(row[i]);
    }
  }
  const auto print = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(width[i] - WidthOf(row[i]), ' ');
      out << "  " << (right[i] ? pad + row[i] : row[i] + pad);
    }
    out << "\n";
  };
  out << "\n" << title_ << "\n";
  print(header_);
  std::vector<std::string> rule;
  for (const std::size_t columns : width) {
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) line += "─";
    rule.push_back(line);
  }
  print(rule);
  for (const auto& row : rows_) print(row);
}

std::string Thousands(std::size_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, " ");
  return text;
}

std::string Bytes(std::size_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (size >= 1 << 30) return Format("%.2f GiB", size / (1 << 30));
  if (size >= 1 << 20) return Format("%.1f MiB", size / (1 << 20));
  return Format("%.1f KiB", size / (1 << 10));
}

std::string Micros(double micros) {
  if (micros >= 1e6) return Format("%.2f s", micros / 1e6);
  if (micros >= 1e3) return Format("%.2f ms", micros / 1e3);
  return Format("%.1f µs", micros);
}

}  // namespace gateway
