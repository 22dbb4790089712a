"""The one way to seal files: one key, one archive whose every byte is known, one signed list, one examiner."""
