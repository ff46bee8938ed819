Feature: Second operator and server

  @S25 @fat @sat @nightly
  Scenario: No answer or busy: the second operator rings
    Given the post is ready
    And there is a second operator, who answers after 1 s
    And the operator is busy
    When the button is pressed for 150 ms
    Then the second operator's phone rings at most 15 s after the first was called [T08]
    When 5 s pass
    And the operator hangs up
    And 5 s pass
    And the operator declines every call
    And the button is pressed for 150 ms
    Then the second operator's phone rings at most 15 s after the first was called [T08]
    When 5 s pass
    And the operator hangs up
    And 5 s pass
    And the operator does not answer
    And the button is pressed for 150 ms
    Then the second operator's phone rings at most 15 s after the first was called [T08]
    When 5 s pass
    And the operator hangs up
    And 5 s pass
    And there is a second operator, who answers after 100 s
    And the button is pressed for 150 ms
    Then the second operator's phone rings at most 15 s after the first was called [T08]
    When 105 s pass
    Then the talk goes on

  @S54 @fat @nightly
  Scenario: All operators busy: the caller sees it, and the next press is served as any
    Given the post is ready
    And every operator is busy
    When the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the last operator's refusal [T43]
    When 130 s pass
    And a talk with the operator is under way
    And the operator hangs up
    And 2 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

  @S26 @fat @nightly
  Scenario: Dead main server: the call takes the backup in time
    Given the post is ready
    And the operator answers after 1 s
    When the main server takes everything and answers nothing
    And the button is pressed for 500 ms
    Then the call reaches the backup server at most 5 s after the press [T09]
    When the operator ends every call that stands
    And the servers are in order again
    And 3 min pass
    And the main server takes everything and answers nothing
    And the button is pressed for 150 ms while the post tries to register
    Then the call reaches the backup server at most 5 s after the press [T09]

  @S27 @fat @nightly
  Scenario: After repair the point returns to the main server
    Given the post is ready
    And the operator answers after 1 s
    When the main server takes everything and answers nothing
    And 2 min pass
    And the button is pressed for 700 ms
    Then the call reaches the backup server at most 5 s after the press [T09]
    When the operator ends every call that stands
    And the servers are in order again
    Then the post is registered with the main server again at most 60 s after its return [T19]
    When the main server refuses every request
    And 2 min pass
    And the button is pressed for 150 ms
    Then the call reaches the backup server at most 5 s after the press [T09]
    When the operator ends every call that stands
    And the servers are in order again
    Then the post is registered with the main server again at most 60 s after its return [T19]
    When the servers refuse every request
    And 2 min pass
    And the servers are in order again
    Then the post is registered with the main server again at most 60 s after its return [T19]
    When the operator answers after 1 s
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
