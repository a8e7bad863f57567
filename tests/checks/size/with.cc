// SPDX-License-Identifier: Apache-2.0
//
// The smallest program that seals and opens: what a host grows by. Measured by
// scripts/sizes, never run.

#include <iostream>

#include "chat.pb.h"
#include "privet/privet.h"

int main(int, char** argv) {
  auto policy = privet::Policy::Load(argv[1]);
  if (!policy.ok()) return 1;
  auto engine = privet::Engine::Create(*policy);
  if (!engine.ok()) return 1;
  auto actor =
      engine->ActAs(privet::ActorId("gateway"), privet::RegionId("de"));
  if (!actor.ok()) return 1;
  chat::v1::Question question;
  question.set_prompt("why is the sky blue?");
  auto sealed = actor->Seal(question, privet::Subject("ada"));
  if (!sealed.ok()) return 1;
  auto seen = actor->Open<chat::v1::Question>(
      *sealed, privet::AnySubject(), privet::PurposeId("service.delivery"));
  if (!seen.ok()) return 1;
  std::cout << seen->model() << "\n";
}
