// SPDX-License-Identifier: Apache-2.0
//
// A host that links Privet the way its build system does, and keeps a policy in
// its logs: no key, no store.

#include <iostream>

#include "note.pb.h"
#include "privet/privet.h"

namespace {

constexpr char kPolicy[] = R"(
  id: "consumer"  version: 1  effective: "2026-01-01"  title: "A policy"
  controller { id: "us"  name: "Us"  contact: "privacy@us.example" }
  region { id: "home"  members: ["de"] }
  category { id: "account.email"  source: PROVIDED }
  purpose { id: "service.delivery"  basis: CONTRACT  kinds: SERVICE }
  actor { id: "writer"  purposes: ["service.delivery"]
          stores: ["consumer.Note"] }
  record { type: "consumer.Note"  subject: "author" }
  rule { name: "the service runs"
         permit { categories: ["account"]  purposes: ["service.delivery"] } }
  residency { categories: ["*"]  regions: ["home"] }
  retention { id: "notes"  categories: ["*"]  keep: "30d"  then: DELETE }
)";

}  // namespace

int main() {
  auto policy = privet::Policy::Parse(kPolicy, "policy.textproto");
  if (!policy.ok()) return std::cerr << policy.status().message() << "\n", 1;
  auto engine = privet::Engine::Create(*policy);
  if (!engine.ok()) return std::cerr << engine.status().message() << "\n", 1;
  consumer::Note note;
  note.set_author("ada@example.com");
  note.set_color("blue");
  std::cout << engine->LogSafe(note) << "\n";
}
