// SPDX-License-Identifier: Apache-2.0

#include "vectors/derived.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "keys/derivations.h"
#include "vectors/json.h"

namespace privet {
namespace {

std::string Pseudonyms() {
  const std::string key = Bytes(0x40, 32);
  std::vector<std::string> items;
  for (const std::uint32_t generation : {1u, 2u}) {
    for (const char* value : {"", "ada"}) {
      items.push_back(Object({{"key", Hex(key)},
                              {"recipient", Text("analytics_co")},
                              {"generation", Number(generation)},
                              {"category", Text("account.id")},
                              {"value", Hex(value)},
                              {"pseudonym", Hex(keys::PseudonymUnder(
                                                key, "analytics_co", generation,
                                                "account.id", value))}}));
    }
  }
  return List(items);
}

std::string IndexValues() {
  const std::string key = Bytes(0x60, 32);
  std::vector<std::string> items;
  for (const char* value : {"", "ada@example.com"}) {
    items.push_back(Object({{"store_key", Hex(key)},
                            {"index", Text("account.email")},
                            {"generation", Number(1)},
                            {"normalized", Hex(value)},
                            {"value", Hex(keys::IndexValueUnder(
                                          key, "account.email", 1, value))}}));
  }
  return List(items);
}

std::string StateMacs() {
  const std::string key = Bytes(0x80, 32);
  return List(
      {Object({{"state_key", Hex(key)},
               {"row", Hex("s/owner")},
               {"value", Hex("said")},
               {"mac", Hex(keys::StateMacUnder(key, "s/owner", "said"))}})});
}

}  // namespace

std::string DerivedVectors() {
  return absl::StrCat(" \"pseudonyms\": ", Pseudonyms(),
                      ",\n \"index_values\": ", IndexValues(),
                      ",\n \"state_macs\": ", StateMacs(), ",\n");
}

}  // namespace privet
