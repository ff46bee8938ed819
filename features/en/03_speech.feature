Feature: Speech
  Delay, hold and transfer; intelligibility in street noise follows.

  @S12 @fat @sat @nightly
  Scenario: Delay stays within the limit for the whole call
    Given the post is ready
    And a talk with the operator is under way
    Then mouth-to-ear delay from the caller to the operator is at most 150 ms [T10]
    And mouth-to-ear delay from the operator to the caller is at most 150 ms [T10]
    And over 2 min of talk the delay grows by at most 20 ms in either direction [T11]

  @S14 @fat @nightly
  Scenario: Speech survives hold and call transfer
    Given the post is ready
    And a talk with the operator is under way
    When the operator puts the talk on hold for 5 s
    Then both sides hear each other again at most 0.5 s after the change [T04]
    When the operator moves the sound of the talk to another port
    Then both sides hear each other again at most 0.5 s after the change [T04]
    When 10 s pass
    Then the talk goes on

  @S16 @fat @nightly @long
  Scenario: A thirty-minute call is not cut
    Given the post is ready
    And a talk with the operator is under way
    Then over 30 min of talk the delay grows by at most 20 ms in either direction [T11]
    And the talk goes on
    And mouth-to-ear delay from the caller to the operator is at most 150 ms [T10]
    And mouth-to-ear delay from the operator to the caller is at most 150 ms [T10]
