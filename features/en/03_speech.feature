Feature: Speech
  Delay only; intelligibility in street noise follows.

  @S12 @fat @sat @nightly
  Scenario: Delay stays within the limit for the whole call
    Given the post is ready
    And a talk with the operator is under way
    Then mouth-to-ear delay from the caller to the operator is at most 150 ms [T10]
    And mouth-to-ear delay from the operator to the caller is at most 150 ms [T10]
    And over 2 min of talk the delay grows by at most 20 ms in either direction [T11]
