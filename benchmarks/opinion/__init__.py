"""Opinions of people about photographs: does the score without reference and mask agree?"""
