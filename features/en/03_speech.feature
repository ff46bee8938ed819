Feature: Speech
  Delay, street noise, double talk, hold and transfer, volume.

  @S12 @fat @sat @nightly
  Scenario: Delay stays within the limit for the whole call
    Given the post is ready
    And a talk must be refreshed within 90 s
    And a talk with the operator is under way
    Then mouth-to-ear delay from the caller to the operator is at most 150 ms [T10]
    And mouth-to-ear delay from the operator to the caller is at most 150 ms [T10]
    And over 2 min of talk the delay grows by at most 20 ms in either direction [T11]

  @S13 @fat @sat @nightly
  Scenario: Speech is understood in street noise
    Given the post is ready
    And a talk with the operator is under way
    When street noise of 75 dBA sounds at the post [T14]
    Then the operator's speech before the post is at least 10 dB above the noise [T13]
    And the caller understands the operator in this noise [T12]

  @S14 @fat @nightly
  Scenario: Speech survives packet loss, hold and call transfer
    Given the post is ready
    And a talk with the operator is under way
    Then the caller hears the operator without gaps while 3 % of the packets are lost [T18]
    When the operator puts the talk on hold for 35 s
    Then both sides hear each other again at most 0.5 s after the change [T04]
    When the operator moves the sound of the talk to another port
    Then both sides hear each other again at most 0.5 s after the change [T04]
    When the operator leaves it to the post to offer its sound anew
    Then both sides hear each other again at most 0.5 s after the change [T04]
    When 10 s pass
    Then the talk goes on

  @S15 @fat @nightly
  Scenario: Both may talk at once without echo
    Given the post is ready
    And a talk with the operator is under way
    Then the operator's own voice comes back to him at least 40 dB fainter [T17]
    And both may talk at once, and neither voice is cut off [T17]
    And an announcement of 80 dBA beside the post does not cut off the operator's voice [T17]
    And the operator's own voice comes back to him at least 40 dB fainter [T17]

  @S16 @fat @nightly @long
  Scenario: A thirty-minute call is not cut
    Given the post is ready
    And a talk with the operator is under way
    Then over 30 min of talk the delay grows by at most 20 ms in either direction [T11]
    And the talk goes on
    And mouth-to-ear delay from the caller to the operator is at most 150 ms [T10]
    And mouth-to-ear delay from the operator to the caller is at most 150 ms [T10]

  @S17 @fat @sat @nightly
  Scenario: Volume can be set over the required range
    Given the post is ready
    And a talk with the operator is under way
    Then the operator can set the loudspeaker over a range of at least 18 dB [T15]
    And the talk goes on
    When the operator hangs up
    And 2 s pass
    And a talk with the operator is under way
    And the operator sets the loudspeaker to its highest volume
    Then the talk goes on
