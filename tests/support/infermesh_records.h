// SPDX-License-Identifier: Apache-2.0
//
// One record of each type of the reference policy, about an account.

#ifndef PRIVET_TESTS_SUPPORT_INFERMESH_RECORDS_H_
#define PRIVET_TESTS_SUPPORT_INFERMESH_RECORDS_H_

#include <string>

#include "absl/time/time.h"
#include "infermesh.pb.h"

namespace privet::testing {

inline infermesh::v1::ApiRequest RequestOf(const std::string& account,
                                           absl::Time time) {
  infermesh::v1::ApiRequest request;
  request.set_account_id(account);
  request.mutable_time()->set_seconds(absl::ToUnixSeconds(time));
  request.set_model("sky-7b");
  request.set_prompt_tokens(374);
  request.set_output_tokens(44);
  request.set_latency_us(81000);
  request.set_client_ip("203.0.113.77");
  request.set_prompt("why is the sky blue?");
  request.set_output("because of Rayleigh scattering");
  return request;
}

inline infermesh::v1::Payment PaymentOf(const std::string& account) {
  infermesh::v1::Payment payment;
  payment.set_account_id(account);
  payment.set_amount_minor(1299);
  payment.set_currency("EUR");
  payment.set_status("paid");
  payment.set_channel_id("channel-7Q");
  return payment;
}

inline infermesh::v1::Account AccountOf(const std::string& account) {
  infermesh::v1::Account record;
  record.set_account_id(account);
  record.set_email(account + "@example.com");
  record.set_username(account + " the great");
  record.set_password_hash("argon2id$9f8e7d6c5b4a");
  record.add_api_key_hashes("sha256$0011223344");
  return record;
}

inline infermesh::v1::WebSession SessionOf(const std::string& account) {
  infermesh::v1::WebSession session;
  session.set_account_id(account);
  session.set_session_id("session-51d9");
  session.set_client_ip("203.0.113.78");
  session.set_access("GET /console");
  session.set_ui_variant("variant-b-77");
  return session;
}

inline infermesh::v1::SupportTicket TicketOf(const std::string& account) {
  infermesh::v1::SupportTicket ticket;
  ticket.set_account_id(account);
  ticket.set_ticket("my card 4111 1111 1111 1111 was refused");
  ticket.add_emails("to whom it may concern");
  ticket.set_feedback("nice, but slow");
  return ticket;
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_SUPPORT_INFERMESH_RECORDS_H_
